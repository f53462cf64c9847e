#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/document/document.h"

namespace sluice::document {
namespace {

using codec::JsonValue;

/// A text in quotation marks, with everything escaped that could look like something else.
std::string quoted(std::string_view text) {
  std::string json;
  codec::append_json_string(text, json);
  return codec::printable_line(json);
}

/// ".rows", or ["a.b"] where the key could be taken for a path of several.
std::string path_part(const std::string& key) {
  const bool plain = !key.empty() && std::ranges::all_of(key, [](char c) {
    return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
           c == '-';
  });
  return plain ? "." + key : "[" + quoted(key) + "]";
}

std::string scalar_text(const JsonValue& value) {
  switch (value.kind()) {
    case JsonValue::Kind::null:
      return "null";
    case JsonValue::Kind::boolean:
      return value.as_bool() ? "true" : "false";
    case JsonValue::Kind::integer:
    case JsonValue::Kind::number:
      return value.number_text();
    case JsonValue::Kind::string:
      return quoted(value.as_string());
    case JsonValue::Kind::array:
      return "[]";
    case JsonValue::Kind::object:
      break;
  }
  return "{}";
}

bool has_children(const JsonValue& value) {
  return (value.is_array() && !value.items().empty()) ||
         (value.is_object() && !value.members().empty());
}

/// kJsonMaxDepth bounds how deep it goes.
void add_value(const std::string& path,  // NOLINT(misc-no-recursion)
               const JsonValue& value, std::vector<std::string>& lines) {
  if (!has_children(value)) {
    lines.push_back(fmt::format("{}: {}", path, scalar_text(value)));
  } else if (value.is_array()) {
    std::size_t at = 0;
    for (const JsonValue& item : value.items()) {
      add_value(fmt::format("{}[{}]", path, at++), item, lines);
    }
  } else {
    for (const codec::JsonMember& member : value.members()) {
      add_value(path + path_part(member.key), member.value, lines);
    }
  }
}

std::string act_text(const Purpose& purpose) {
  std::string text(to_string(purpose.act));
  if (purpose.classes.empty()) return text;
  text +=
      purpose.classes.size() == 1 ? ", touches tables of class " : ", touches tables of classes ";
  for (const std::string& name : purpose.classes) {
    if (&name != &purpose.classes.front()) text += ", ";
    text += codec::printable_line(name);
  }
  return text;
}

void add_acts(const Head& head, std::vector<std::string>& lines) {
  for (const bool irreversible : {true, false}) {
    for (const Purpose& purpose : head.acts) {
      if (is_irreversible(purpose.act) != irreversible) continue;
      lines.push_back((irreversible ? "CANNOT BE TAKEN BACK: " : "act: ") + act_text(purpose));
    }
  }
}

void add_head(const Head& head, std::vector<std::string>& lines) {
  lines.push_back(fmt::format("kind: {}", to_string(head.kind)));
  lines.push_back("run: " + quoted(head.run_id));
  lines.push_back("operator: " + quoted(head.operator_name));
  if (head.policy_sha256.empty()) {
    lines.emplace_back("policy: none; nothing that needs a signature can be done with it");
  } else {
    lines.push_back(
        fmt::format("policy: version {}, SHA-256 {}", head.policy_version, head.policy_sha256));
  }
  lines.push_back("made at: " + head.created_at);
  lines.push_back("holds from: " + head.not_before);
  lines.push_back("holds until: " + head.not_after);
  lines.push_back("nonce: " + head.nonce);
}

}  // namespace

std::vector<std::string> lines_of(const Document& document) {
  std::vector<std::string> lines;
  add_acts(document.head, lines);
  add_head(document.head, lines);
  const codec::JsonDocument body = codec::parse_json_or_throw(document.body, "body");
  for (const codec::JsonMember& member : body.root().members()) {
    // The first part of a path has nothing in front of it.
    const std::string part = path_part(member.key);
    add_value(part.starts_with('.') ? part.substr(1) : part, member.value, lines);
  }
  return lines;
}

}  // namespace sluice::document
