#include "db/mysql/key_middle.h"

#include <algorithm>
#include <charconv>
#include <cstdint>

#include "sluice/codec/hex.h"
#include "sluice/codec/mysql_types.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/uuid.h"

namespace sluice::db::mysql {
namespace {

constexpr std::uint64_t kSignBit = std::uint64_t{1} << 63;

/// Above low, and at most high, without overflow.
constexpr std::uint64_t middle(std::uint64_t low, std::uint64_t high) noexcept {
  const std::uint64_t distance = high - low;
  return low + distance / 2 + distance % 2;
}

template <typename Number>
std::optional<Number> read_number(const std::string& text) noexcept {
  Number number{};
  const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), number);
  if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
  return number;
}

std::optional<std::string> middle_integer(const std::string& low, const std::string& high) {
  if (const auto from = read_number<std::int64_t>(low), to = read_number<std::int64_t>(high);
      from && to) {
    // The sign bit turned over, signed order becomes unsigned order.
    const std::uint64_t at = middle(static_cast<std::uint64_t>(*from) ^ kSignBit,
                                    static_cast<std::uint64_t>(*to) ^ kSignBit);
    return std::to_string(static_cast<std::int64_t>(at ^ kSignBit));
  }
  const auto from = read_number<std::uint64_t>(low);
  const auto to = read_number<std::uint64_t>(high);
  if (!from || !to) return std::nullopt;
  return std::to_string(middle(*from, *to));
}

/// The eight bytes after what both have in common decide; zeros follow them, up to `size` bytes.
std::optional<std::string> middle_bytes(std::string low, std::string high, std::size_t size) {
  const auto [at, other] = std::mismatch(low.begin(), low.end(), high.begin(), high.end());
  static_cast<void>(other);
  const auto common = static_cast<std::size_t>(at - low.begin());
  low.resize(std::max(low.size(), common + 8), '\0');
  high.resize(std::max(high.size(), common + 8), '\0');
  const auto from = codec::load_big_endian<std::uint64_t>(low.data() + common);
  const auto to = codec::load_big_endian<std::uint64_t>(high.data() + common);
  if (from >= to) return std::nullopt;
  char decided[8];
  codec::store_big_endian(decided, middle(from, to));
  std::string result = low.substr(0, common) + std::string(decided, sizeof decided);
  result.resize(size, '\0');
  return result;
}

std::optional<std::string> middle_binary(const std::string& low, const std::string& high) {
  const auto from = codec::from_hex(low.substr(std::min<std::size_t>(2, low.size())));
  const auto to = codec::from_hex(high.substr(std::min<std::size_t>(2, high.size())));
  if (!from || !to) return std::nullopt;
  const std::optional<std::string> bytes = middle_bytes(*from, *to, to->size());
  if (!bytes) return std::nullopt;
  return "\\x" + codec::to_hex(*bytes);
}

bool has_upper_case(const std::string& text) noexcept {
  return std::any_of(text.begin(), text.end(), [](char c) { return c >= 'A' && c <= 'F'; });
}

/// The spelling of the keys around: a binary collation puts upper case before lower.
std::string spelled_like(std::string text, const std::string& example) {
  if (!has_upper_case(example)) return text;
  for (char& c : text) c = c >= 'a' && c <= 'f' ? static_cast<char>(c - 'a' + 'A') : c;
  return text;
}

std::optional<std::string> middle_uuid(const std::string& low, const std::string& high) {
  std::string from;
  std::string to;
  std::string text;
  if (low.size() != 36 || high.size() != 36 ||
      codec::uuid_from_text(low, from) != codec::Problem::none ||
      codec::uuid_from_text(high, to) != codec::Problem::none) {
    return std::nullopt;
  }
  const std::optional<std::string> bytes = middle_bytes(from, to, codec::kUuidBytes);
  if (!bytes || !codec::uuid_to_text(*bytes, text)) return std::nullopt;
  return spelled_like(text, low);
}

std::optional<std::string> middle_hex_text(const std::string& low, const std::string& high) {
  const auto from = codec::from_hex(low);
  const auto to = codec::from_hex(high);
  if (!from || !to) return std::nullopt;
  const std::optional<std::string> bytes = middle_bytes(*from, *to, to->size());
  if (!bytes) return std::nullopt;
  return spelled_like(codec::to_hex(*bytes), low);
}

}  // namespace

bool has_middle_keys(const ReadColumn& column) noexcept {
  if (!codec::mysql_can_key(column.type, column.carrier)) return false;
  switch (codec::mysql_kind(column.type)) {
    case codec::MysqlKind::tinyint:
    case codec::MysqlKind::smallint:
    case codec::MysqlKind::mediumint:
    case codec::MysqlKind::integer:
    case codec::MysqlKind::bigint:
    case codec::MysqlKind::binary:
    case codec::MysqlKind::character:
      return true;
    default:
      return false;
  }
}

std::optional<std::string> middle_key(const ReadColumn& column, const std::string& low,
                                      const std::string& high) {
  if (low == high || !has_middle_keys(column)) return std::nullopt;
  switch (codec::mysql_kind(column.type)) {
    case codec::MysqlKind::binary:
      return column.carrier == codec::Carrier::uuid ? middle_uuid(low, high)
                                                    : middle_binary(low, high);
    case codec::MysqlKind::character: {
      const std::optional<std::string> uuid = middle_uuid(low, high);
      return uuid ? uuid : middle_hex_text(low, high);
    }
    default:
      return middle_integer(low, high);
  }
}

}  // namespace sluice::db::mysql
