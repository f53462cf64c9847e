#include "sluice/codec/json_read.h"

#include <algorithm>
#include <charconv>

#include <simdjson.h>

#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

#include "json_scan.h"

namespace sluice::codec {
namespace {

namespace ondemand = simdjson::ondemand;

[[noreturn]] void fail_kind(JsonValue::Kind wanted, JsonValue::Kind found) {
  throw model::Error(model::ErrorKind::data, "a JSON " + std::string(to_string(found)) +
                                                 " was read as " + std::string(to_string(wanted)));
}

std::vector<std::size_t> find_line_starts(std::string_view text) {
  std::vector<std::size_t> out = {0};
  for (std::size_t i = 0; i < text.size(); ++i) {
    if (text[i] == '\n') out.push_back(i + 1);
  }
  return out;
}

JsonPosition position_in(const std::vector<std::size_t>& line_starts, std::size_t offset) {
  const auto next = std::upper_bound(line_starts.begin(), line_starts.end(), offset);
  const auto line = static_cast<std::size_t>(next - line_starts.begin());
  return {line, offset - line_starts[line - 1] + 1};
}

std::string_view without_space_behind(std::string_view token) {
  return token.substr(0, token.find_last_not_of(" \n\r\t") + 1);
}

/// What must hold before simdjson is asked: it does not tell where a text is wrong, and on demand
/// not always that it is.
std::optional<JsonFault> find_fault(std::string_view text) {
  if (text.starts_with("\xef\xbb\xbf"))
    return JsonFault{0, "a byte order mark does not belong here"};
  if (!is_utf8(text)) return JsonFault{first_invalid_utf8(text), "not valid UTF-8"};
  return find_json_fault(text, {kJsonMaxDepth, true});
}

/// Nothing where it has a point or an exponent, or does not fit.
std::optional<std::int64_t> integer_of(const std::string& text) {
  std::int64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end) return std::nullopt;
  return number;
}

bool has_duplicate_keys(const std::vector<JsonMember>& members) {
  std::vector<std::string_view> keys;
  keys.reserve(members.size());
  for (const JsonMember& member : members) keys.push_back(member.key);
  std::sort(keys.begin(), keys.end());
  return std::adjacent_find(keys.begin(), keys.end()) != keys.end();
}

void note_duplicates(const std::vector<JsonMember>& members, const std::string& pointer,
                     std::vector<JsonDuplicate>& out) {
  if (!has_duplicate_keys(members)) return;
  for (auto it = members.begin(); it != members.end(); ++it) {
    const bool again =
        std::any_of(members.begin(), it, [&](const JsonMember& m) { return m.key == it->key; });
    if (again) out.push_back({pointer + "/" + escape_json_pointer(it->key), it->key_offset});
  }
}

void find_duplicates(const JsonValue& value, const std::string& pointer,
                     std::vector<JsonDuplicate>& out) {
  if (value.is_array()) {
    std::size_t i = 0;
    for (const JsonValue& item : value.items()) {
      find_duplicates(item, pointer + "/" + std::to_string(i++), out);
    }
  }
  if (!value.is_object()) return;
  note_duplicates(value.members(), pointer, out);
  for (const JsonMember& member : value.members()) {
    find_duplicates(member.value, pointer + "/" + escape_json_pointer(member.key), out);
  }
}

}  // namespace

/// Turns simdjson's values, which can be read once and in order, into ours. Lets simdjson_error
/// through.
class JsonReader {
 public:
  [[nodiscard]] static JsonDocument read(std::string_view text, std::string_view file) {
    // simdjson 3.0 does not know true, false and null alone in a document with white space behind.
    const simdjson::padded_string padded(without_space_behind(text));
    JsonReader reader(padded.data());
    ondemand::parser parser;
    ondemand::document source = parser.iterate(padded);
    JsonDocument out;
    out.file_ = file;
    out.line_starts_ = find_line_starts(text);
    reader.read_value(source, out.root_);
    find_duplicates(out.root_, "", out.duplicates_);
    return out;
  }

 private:
  explicit JsonReader(const char* text) : text_(text) {}

  /// A document or a value: on demand these are two types with one face.
  template <typename Source>
  void read_value(Source& source, JsonValue& out) {
    const char* const location = source.current_location();
    out.offset_ = static_cast<std::size_t>(location - text_);
    const ondemand::json_type type = source.type();
    switch (type) {
      case ondemand::json_type::object:
        read_object(source, out);
        return;
      case ondemand::json_type::array:
        read_array(source, out);
        return;
      case ondemand::json_type::number:
        read_number(source, out);
        return;
      case ondemand::json_type::string: {
        const std::string_view text = source.get_string();
        out.kind_ = JsonValue::Kind::string;
        out.content_.emplace<std::string>(text);
        return;
      }
      case ondemand::json_type::boolean:
        out.kind_ = JsonValue::Kind::boolean;
        out.boolean_ = source.get_bool();
        return;
      case ondemand::json_type::null:
        out.kind_ = JsonValue::Kind::null;
        return;
    }
  }

  template <typename Source>
  void read_object(Source& source, JsonValue& out) {
    out.kind_ = JsonValue::Kind::object;
    std::vector<JsonMember> members;
    ondemand::object object = source.get_object();
    for (auto field : object) {
      JsonMember& member = members.emplace_back();
      const ondemand::raw_json_string raw_key = field.key();
      member.key_offset = static_cast<std::size_t>(raw_key.raw() - text_) - 1;
      const std::string_view key = field.unescaped_key();
      member.key = key;
      ondemand::value value = field.value();
      read_value(value, member.value);
    }
    members.shrink_to_fit();
    out.content_ = std::move(members);
  }

  template <typename Source>
  void read_array(Source& source, JsonValue& out) {
    out.kind_ = JsonValue::Kind::array;
    std::vector<JsonValue> items;
    ondemand::array array = source.get_array();
    for (auto item : array) {
      ondemand::value value = item.value();
      read_value(value, items.emplace_back());
    }
    items.shrink_to_fit();
    out.content_ = std::move(items);
  }

  template <typename Source>
  static void read_number(Source& source, JsonValue& out) {
    const std::string_view token = source.raw_json_token();
    std::string text(without_space_behind(token));
    out.kind_ = integer_of(text) ? JsonValue::Kind::integer : JsonValue::Kind::number;
    out.content_ = std::move(text);
  }

  const char* text_;
};

bool JsonValue::as_bool() const {
  if (kind_ != Kind::boolean) fail_kind(Kind::boolean, kind_);
  return boolean_;
}

std::int64_t JsonValue::as_integer() const {
  if (kind_ != Kind::integer) fail_kind(Kind::integer, kind_);
  return integer_of(text()).value();
}

const std::string& JsonValue::as_string() const {
  if (kind_ != Kind::string) fail_kind(Kind::string, kind_);
  return text();
}

const std::string& JsonValue::number_text() const {
  if (!is_number()) fail_kind(Kind::number, kind_);
  return text();
}

const std::vector<JsonValue>& JsonValue::items() const {
  if (kind_ != Kind::array) fail_kind(Kind::array, kind_);
  return *std::get_if<1>(&content_);
}

const std::vector<JsonMember>& JsonValue::members() const {
  if (kind_ != Kind::object) fail_kind(Kind::object, kind_);
  return *std::get_if<2>(&content_);
}

const JsonValue* JsonValue::find(std::string_view key) const noexcept {
  const auto* const members = std::get_if<2>(&content_);
  if (members == nullptr) return nullptr;
  const auto found = std::find_if(members->begin(), members->end(),
                                  [&](const JsonMember& member) { return member.key == key; });
  return found == members->end() ? nullptr : &found->value;
}

const JsonValue& JsonValue::at(std::string_view key) const {
  const JsonValue* const found = find(key);
  if (found != nullptr) return *found;
  throw model::Error(model::ErrorKind::data, "a JSON object lacks \"" + std::string(key) + "\"");
}

std::string_view to_string(JsonValue::Kind kind) noexcept {
  switch (kind) {
    case JsonValue::Kind::null:
      return "null";
    case JsonValue::Kind::boolean:
      return "boolean";
    case JsonValue::Kind::integer:
      return "integer";
    case JsonValue::Kind::number:
      return "number";
    case JsonValue::Kind::string:
      return "string";
    case JsonValue::Kind::array:
      return "array";
    case JsonValue::Kind::object:
      return "object";
  }
  return "";
}

std::string JsonError::to_string() const {
  return file + ":" + std::to_string(position.line) + ":" + std::to_string(position.column) + ": " +
         message;
}

JsonPosition JsonDocument::position(std::size_t offset) const noexcept {
  return position_in(line_starts_, offset);
}

std::string JsonDocument::pointer(const JsonValue& value) const {
  std::string out;
  const JsonValue* at = &root_;
  // Values start behind each other: the child that holds an offset is the last that starts at or
  // before it.
  while (at->offset() != value.offset()) {
    const JsonValue* inner = nullptr;
    if (at->is_array()) {
      const auto& items = at->items();
      auto next = std::find_if(items.begin(), items.end(), [&](const JsonValue& item) {
        return item.offset() > value.offset();
      });
      if (next == items.begin()) break;
      inner = &*--next;
      out += "/" + std::to_string(next - items.begin());
    } else if (at->is_object()) {
      const auto& members = at->members();
      auto next = std::find_if(members.begin(), members.end(), [&](const JsonMember& member) {
        return member.value.offset() > value.offset();
      });
      if (next == members.begin()) break;
      inner = &(--next)->value;
      out += "/" + escape_json_pointer(next->key);
    }
    if (inner == nullptr) break;
    at = inner;
  }
  return out;
}

std::variant<JsonDocument, JsonError> parse_json(std::string_view text, std::string_view file) {
  const auto error = [&](std::size_t offset, std::string message) {
    return JsonError{std::string(file), std::move(message), offset,
                     position_in(find_line_starts(text), offset)};
  };
  if (const auto fault = find_fault(text)) return error(fault->offset, fault->message);
  try {
    return JsonReader::read(text, file);
  } catch (const simdjson::simdjson_error& refusal) {
    return error(0, std::string("cannot be read: ") + refusal.what());
  }
}

JsonDocument parse_json_or_throw(std::string_view text, std::string_view file) {
  std::variant<JsonDocument, JsonError> result = parse_json(text, file);
  if (const auto* const error = std::get_if<JsonError>(&result)) {
    throw model::Error(model::ErrorKind::data, error->to_string());
  }
  JsonDocument& document = std::get<JsonDocument>(result);
  if (!document.duplicates().empty()) {
    throw model::Error(model::ErrorKind::data, std::string(file) + ": the key " +
                                                   document.duplicates()[0].pointer +
                                                   " stands there twice");
  }
  return std::move(document);
}

std::string escape_json_pointer(std::string_view part) {
  std::string out;
  for (const char c : part) {
    if (c == '~') {
      out += "~0";
    } else if (c == '/') {
      out += "~1";
    } else {
      out += c;
    }
  }
  return out;
}

}  // namespace sluice::codec
