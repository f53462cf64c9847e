#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/quote.h"

/// PostgreSQL's quoting under short names.
namespace sluice::schema {

[[nodiscard]] inline std::string quoted(std::string_view name) {
  return model::quote_identifier(model::Engine::postgresql, name);
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
