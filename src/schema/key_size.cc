#include "schema/key_size.h"

#include <algorithm>
#include <string>

#include "sluice/codec/mysql_types.h"

namespace sluice::schema {
namespace {

/// Of UTF-8.
constexpr std::uint64_t kCharacterBytes = 4;
/// No type without a length of its own needs more in an index; numeric(65,30) the most.
constexpr std::uint64_t kSmallBytes = 40;

std::uint64_t character_bytes(const model::ColumnType& type) {
  return codec::mysql_kind(type) == codec::MysqlKind::character && type.charset != "ascii"
             ? kCharacterBytes
             : 1;
}

/// What the source's type can hold, in characters or bytes.
std::uint64_t most(const model::ColumnType& type) {
  if (type.length) return static_cast<std::uint64_t>(std::max(*type.length, 0));
  if (type.base.starts_with("tiny")) return 0xFF;
  if (type.base.starts_with("medium")) return 0xFFFFFF;
  if (type.base == "text" || type.base == "blob") return 0xFFFF;
  if (!type.members.empty()) {
    std::uint64_t sum = 0;
    for (const std::string& member : type.members) sum += member.size() + 1;
    return sum;
  }
  return 0xFFFFFFFF;
}

}  // namespace

bool is_long(const model::ColumnType& target) {
  return target.base == "varchar" || target.base == "text" || target.base == "bytea";
}

std::uint64_t key_bytes(const model::Column& source, const model::ColumnType& target,
                        std::uint64_t prefix) {
  if (!is_long(target)) return kSmallBytes;
  const std::uint64_t whole = most(source.type);
  return (prefix == 0 ? whole : std::min(prefix, whole)) * character_bytes(source.type);
}

}  // namespace sluice::schema
