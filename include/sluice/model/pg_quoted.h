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
  // Qualified: <filesystem> brings in a std::quoted that argument lookup would find.
  for (const std::string& name : names) list += (list.empty() ? "" : ", ") + pg::quoted(name);
  return list;
}
[[nodiscard]] inline std::string literal(std::string_view text) {
  return quote_literal(Engine::postgresql, text);
}

/// $tag$text$tag$, for the body of DO or of a function: no name inside ends it.
[[nodiscard]] inline std::string dollar_quoted(std::string_view text, std::string tag) {
  // With the first character of what follows.
  const std::string body = std::string(text) + "$";
  while (body.find("$" + tag + "$") != std::string::npos) tag += "_";
  return "$" + tag + "$" + body + tag + "$";
}

}  // namespace sluice::model::pg
