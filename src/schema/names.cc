#include "sluice/schema/names.h"

#include "sluice/codec/sha256.h"

namespace sluice::schema {
namespace {

constexpr std::size_t kHashDigits = 8;

bool continues_character(char c) { return (static_cast<unsigned char>(c) & 0xC0U) == 0x80U; }

}  // namespace

std::string derived_name(std::string_view base, std::string_view suffix) {
  if (base.size() + suffix.size() <= kMaxNameBytes) return std::string(base).append(suffix);
  std::size_t kept = kMaxNameBytes - suffix.size() - kHashDigits - 1;
  while (kept > 0 && continues_character(base[kept])) --kept;
  return std::string(base.substr(0, kept)) + "_" + codec::sha256_hex(base).substr(0, kHashDigits) +
         std::string(suffix);
}

model::QualifiedName derived_name(const model::QualifiedName& base, std::string_view suffix) {
  return {base.schema, derived_name(base.table, suffix)};
}

}  // namespace sluice::schema
