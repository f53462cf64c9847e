#include "db/mysql/create_table.h"

#include <algorithm>

#include "sluice/model/quote.h"

namespace sluice::db::mysql {
namespace {

/// Behind the quoted name or text that begins at `at`. A quote inside is doubled, or, but in names,
/// has a backslash before it.
std::size_t behind_quotes(std::string_view text, std::size_t at) {
  const char quote = text[at];
  for (++at; at < text.size(); ++at) {
    if (text[at] == '\\' && quote != '`') {
      ++at;
    } else if (text[at] == quote) {
      if (at + 1 == text.size() || text[at + 1] != quote) return at + 1;
      ++at;
    }
  }
  return text.size();
}

bool is_quote(char c) { return c == '`' || c == '\'' || c == '"'; }

std::string trimmed(std::string_view text) {
  const std::size_t first = text.find_first_not_of(" \n\t\r");
  if (first == std::string_view::npos) return {};
  return std::string(text.substr(first, text.find_last_not_of(" \n\t\r") - first + 1));
}

/// The rule behind `words`, of those that there are.
std::string rule_behind(std::string_view text, std::string_view words) {
  static constexpr std::string_view kRules[] = {"CASCADE", "SET NULL", "SET DEFAULT", "RESTRICT",
                                                "NO ACTION"};
  const std::size_t at = text.find(words);
  if (at == std::string_view::npos) return {};
  const std::string_view rest = text.substr(at + words.size());
  const auto* const rule =
      std::ranges::find_if(kRules, [rest](std::string_view r) { return rest.starts_with(r); });
  return rule == std::end(kRules) ? std::string() : std::string(*rule);
}

}  // namespace

std::vector<std::string> definitions_of(std::string_view create_table) {
  std::vector<std::string> definitions;
  std::size_t depth = 0;
  std::size_t start = 0;
  for (std::size_t at = 0; at < create_table.size();) {
    const char c = create_table[at];
    if (is_quote(c)) {
      at = behind_quotes(create_table, at);
      continue;
    }
    if (c == '(' && ++depth == 1) start = at + 1;
    const bool ends = (c == ',' && depth == 1) || (c == ')' && depth == 1);
    if (ends) definitions.push_back(trimmed(create_table.substr(start, at - start)));
    if (c == ')' && --depth == 0) break;
    if (c == ',' && depth == 1) start = at + 1;
    ++at;
  }
  return definitions;
}

ReferentialRules rules_of(const std::vector<std::string>& definitions,
                          const std::string& foreign_key) {
  const std::string beginning =
      "CONSTRAINT " + model::quote_identifier(model::Engine::mysql, foreign_key) + " FOREIGN KEY ";
  const auto found = std::ranges::find_if(
      definitions, [&](const std::string& text) { return text.starts_with(beginning); });
  if (found == definitions.end()) return {};
  // Behind the last bracket nothing is a name.
  const std::string_view rules = std::string_view(*found).substr(found->rfind(')') + 1);
  return {rule_behind(rules, "ON DELETE "), rule_behind(rules, "ON UPDATE ")};
}

}  // namespace sluice::db::mysql
