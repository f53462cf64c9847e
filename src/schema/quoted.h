#pragma once

#include <string>
#include <string_view>

#include "sluice/model/pg_quoted.h"
#include "sluice/schema/names.h"

/// PostgreSQL's quoting for designs.
namespace sluice::schema {

using model::pg::dollar_quoted;
using model::pg::literal;

/// A name of the source that is too long becomes what sluice shortens it to: the server would cut
/// it, and two could become one.
[[nodiscard]] inline std::string quoted(std::string_view name) {
  return model::pg::quoted(short_name(name));
}
[[nodiscard]] inline std::string quoted(const model::QualifiedName& name) {
  return model::pg::quoted(name);
}

}  // namespace sluice::schema
