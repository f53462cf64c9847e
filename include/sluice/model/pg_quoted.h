#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/quote.h"

/// quote.h under short names for what writes SQL of PostgreSQL only.
namespace sluice::model::pg {

[[nodiscard]] inline std::string quoted(std::string_view name) {
  return quote_identifier(Engine::postgresql, name);
}
[[nodiscard]] inline std::string quoted(const QualifiedName& name) {
  return quote_name(Engine::postgresql, name);
}
/// "a", "b"
[[nodiscard]] inline std::string quoted_list(const std::vector<std::string>& names) {
  std::string list;
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + quoted(name);
  return list;
}
[[nodiscard]] inline std::string literal(std::string_view text) {
  return quote_literal(Engine::postgresql, text);
}

}  // namespace sluice::model::pg
