#pragma once

#include <cstddef>
#include <string>
#include <string_view>

#include "sluice/model/name.h"

/// Names of what sluice makes, within what PostgreSQL lets a name be.
namespace sluice::schema {

/// PostgreSQL's NAMEDATALEN - 1: longer names are cut silently by the server, so that two of them
/// could become one.
inline constexpr std::size_t kMaxNameBytes = 63;

/// base + suffix. Where that is longer than a name may be, the base is cut at a character and
/// eight hex digits of its SHA-256 stand in for the rest, so that equal beginnings stay apart. The
/// same name always gives the same result.
[[nodiscard]] std::string derived_name(std::string_view base, std::string_view suffix);
/// The same of the table's name; the schema stays.
[[nodiscard]] model::QualifiedName derived_name(const model::QualifiedName& base,
                                                std::string_view suffix);
/// What PostgreSQL calls something that the source calls so: the name itself, unless it is too
/// long.
[[nodiscard]] inline std::string short_name(std::string_view name) {
  return derived_name(name, "");
}

}  // namespace sluice::schema
