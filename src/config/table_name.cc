#include "config/table_name.h"

#include <vector>

namespace sluice::config {
namespace {

/// Takes one part off the front of `text`; nothing where there is none.
std::optional<std::string> take_part(std::string_view& text) {
  std::string part;
  if (!text.starts_with('"')) {
    const std::size_t end = text.find_first_of(".\"");
    if (end != std::string_view::npos && text[end] == '"') return std::nullopt;
    part = text.substr(0, end);
    text.remove_prefix(part.size());
    return part.empty() ? std::nullopt : std::optional(part);
  }
  text.remove_prefix(1);
  while (!text.empty()) {
    if (text.starts_with("\"\"")) {
      text.remove_prefix(1);
    } else if (text.front() == '"') {
      text.remove_prefix(1);
      return part.empty() ? std::nullopt : std::optional(part);
    }
    part += text.front();
    text.remove_prefix(1);
  }
  return std::nullopt;
}

std::string part_text(const std::string& part) {
  if (part.find_first_of(".\"") == std::string::npos) return part;
  std::string text = "\"";
  for (const char c : part) text += c == '"' ? std::string("\"\"") : std::string(1, c);
  return text + "\"";
}

}  // namespace

std::optional<model::QualifiedName> parse_table_name(std::string_view text,
                                                     const std::string& default_schema) {
  std::optional<std::string> first = take_part(text);
  if (!first) return std::nullopt;
  if (text.empty()) {
    if (default_schema.empty()) return std::nullopt;
    return model::QualifiedName{default_schema, *first};
  }
  if (text.front() != '.') return std::nullopt;
  text.remove_prefix(1);
  std::optional<std::string> second = take_part(text);
  if (!second || !text.empty()) return std::nullopt;
  return model::QualifiedName{*first, *second};
}

std::string table_text(const model::QualifiedName& name) {
  return part_text(name.schema) + "." + part_text(name.table);
}

}  // namespace sluice::config
