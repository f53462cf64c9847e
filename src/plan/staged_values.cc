#include "plan/staged_values.h"

#include <algorithm>
#include <initializer_list>
#include <string_view>

#include "sluice/codec/carrier.h"
#include "sluice/mapping/conversion.h"
#include "sluice/mapping/fit.h"

namespace sluice::plan {
namespace {

using model::ColumnType;
using model::TypeKind;

bool is_one_of(std::string_view word, std::initializer_list<std::string_view> words) {
  return std::ranges::find(words, word) != words.end();
}

/// The type of the elements of an array of a type of the server's own.
ColumnType element_of(const ColumnType& array) {
  ColumnType element = array;
  element.kind = TypeKind::plain;
  if (element.base.starts_with('_')) element.base.erase(0, 1);
  return element;
}

bool is_enum_array(const ColumnType& type) {
  return type.kind == TypeKind::array && type.members.size() == 1 &&
         type.members.front() == "enum[]";
}

/// What a type of an extension says in brackets: "(Point,4326)". Domains do not tell.
std::string_view modifier_of(const ColumnType& type) {
  const std::size_t open = type.sql.find('(');
  if (type.domain || open == std::string::npos) return {};
  return std::string_view(type.sql).substr(open);
}

bool is_same_type(const ColumnType& from, const ColumnType& to) {
  if (from.kind != to.kind) return false;
  // A made type is what it is made of, whatever its name.
  if (!from.members.empty() || !to.members.empty()) return from.members == to.members;
  if (from.base != to.base || to.kind == TypeKind::array) return false;
  // Somebody's own type may have the name of one of the server's. The schema of a domain is its
  // own.
  const bool tells = !from.domain && !to.domain;
  if (tells && from.schema.empty() != to.schema.empty()) return false;
  return modifier_of(to).empty() || modifier_of(from) == modifier_of(to);
}

bool is_unlimited_text(const ColumnType& type) {
  return type.base == "text" || (type.base == "varchar" && !type.length);
}

bool is_any_numeric(const ColumnType& type) { return type.base == "numeric" && !type.precision; }

/// Input functions that refuse a text, or take it for the value that it stands for.
bool takes_any_text(const ColumnType& to) {
  return is_unlimited_text(to) || is_any_numeric(to) ||
         is_one_of(to.base,
                   {"bool", "int2", "int4", "int8", "uuid", "json", "inet", "cidr", "macaddr"});
}

bool is_textual(const ColumnType& type) {
  const codec::CarrierChoice choice = codec::carrier_for_pg_type(type.base);
  return choice == codec::CarrierChoice{codec::Carrier::text, true};
}

/// Elements of one type, perhaps with another modifier.
bool modifier_fits(const ColumnType& from, const ColumnType& to) {
  const codec::CarrierChoice choice = codec::carrier_for_pg_type(to.base);
  // What does not have the length of a bit string is refused. Types without a carrier have no
  // modifier.
  if (choice.carrier == codec::Carrier::varbit || !choice.binary_copy) return true;
  return mapping::always_fits(from, choice.carrier, mapping::fit_of(to, true));
}

/// Elements whose texts the server reads as another type.
bool element_stays_exact(const ColumnType& from, const ColumnType& to) {
  if (from.base == to.base) return modifier_fits(from, to);
  if (is_textual(from)) return takes_any_text(to);
  const codec::CarrierChoice given = codec::carrier_for_pg_type(from.base);
  // Others may not have a comma between elements, and what is text would be cut elsewhere.
  if (!given.binary_copy) return false;
  if (is_unlimited_text(to)) return true;
  if (is_any_numeric(to) || is_one_of(to.base, {"int2", "int4", "int8"})) {
    return is_one_of(from.base, {"int2", "int4", "int8", "oid", "numeric"});
  }
  if (is_one_of(to.base, {"float4", "float8"})) {
    const codec::Carrier carrier = codec::carrier_for_pg_type(to.base).carrier;
    return mapping::conversion(given.carrier, carrier) == mapping::Conversion::always;
  }
  if (to.base == "inet") return from.base == "cidr";
  return is_one_of(to.base, {"bit", "varbit"}) && is_one_of(from.base, {"bit", "varbit"});
}

bool array_stays_exact(const std::optional<ColumnType>& from, const ColumnType& to) {
  if (is_enum_array(to)) return true;  // takes its labels, and nothing else
  if (!to.members.empty()) return false;
  const ColumnType element = element_of(to);
  if (!from || from->kind != TypeKind::array) return takes_any_text(element);
  if (is_enum_array(*from)) return is_unlimited_text(element);
  return from->members.empty() && element_stays_exact(element_of(*from), element);
}

}  // namespace

bool stays_exact(const std::optional<ColumnType>& from, const ColumnType& to) {
  if (from && is_same_type(*from, to)) return true;
  if (to.kind == TypeKind::array) return array_stays_exact(from, to);
  // The one type whose values are cut, and are looked at before they are sent.
  return to.kind == TypeKind::plain && mapping::fit_of(to, true).max_bytes.has_value();
}

}  // namespace sluice::plan
