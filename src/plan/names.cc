#include "plan/names.h"

#include "sluice/codec/sha256.h"

namespace sluice::plan {
namespace {

constexpr std::size_t kHashDigits = 8;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string derived_name(std::string_view live, std::string_view suffix) {
  if (live.size() + suffix.size() <= kMaxNameBytes) return std::string(live).append(suffix);
  std::size_t kept = kMaxNameBytes - suffix.size() - kHashDigits - 1;
  while (kept > 0 && continues_character(live[kept])) --kept;
  return std::string(live.substr(0, kept)) + "_" + codec::sha256_hex(live).substr(0, kHashDigits) +
         std::string(suffix);
}

model::QualifiedName derived_name(const model::QualifiedName& live, std::string_view suffix) {
  return {live.schema, derived_name(live.table, suffix)};
}

model::QualifiedName side_statistics(const model::QualifiedName& live,
                                     const model::QualifiedName& side) {
  return {side.schema, derived_name(live.table, kSideSuffix)};
}

}  // namespace sluice::plan
