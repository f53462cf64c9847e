#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/quote.h"
#include "sluice/schema/names.h"

/// PostgreSQL's quoting under short names.
namespace sluice::schema {

/// A name of the source that is too long becomes what sluice shortens it to: the server would cut
/// it, and two could become one.
[[nodiscard]] inline std::string quoted(std::string_view name) {
  return model::quote_identifier(model::Engine::postgresql, short_name(name));
}
[[nodiscard]] inline std::string quoted(const model::QualifiedName& name) {
  return model::quote_name(model::Engine::postgresql, name);
}
/// "a", "b"
[[nodiscard]] inline std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return list;
}
[[nodiscard]] inline std::string literal(std::string_view text) {
  return model::quote_literal(model::Engine::postgresql, text);
}

}  // namespace sluice::schema
