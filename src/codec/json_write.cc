#include "sluice/codec/json_write.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>

#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

#include "json_scan.h"

namespace sluice::codec {
namespace {

constexpr std::size_t kIndent = 2;

[[noreturn]] void fail_use(const char* what) {
  throw model::Error(model::ErrorKind::internal, std::string("JSON written wrongly: ") + what);
}

[[noreturn]] void fail_canonical(const std::string& what) {
  throw model::Error(model::ErrorKind::data, "no canonical JSON: " + what);
}

template <typename Number>
void append_number(Number number, std::string& out) {
  std::array<char, 40> digits;
  const auto written = std::to_chars(digits.data(), digits.data() + digits.size(), number);
  out.append(digits.data(), written.ptr);
}

void append_escape(char c, std::string& out) {
  constexpr std::string_view kDigits = "0123456789abcdef";
  switch (c) {
    case '"':
      out += "\\\"";
      return;
    case '\\':
      out += "\\\\";
      return;
    case '\b':
      out += "\\b";
      return;
    case '\f':
      out += "\\f";
      return;
    case '\n':
      out += "\\n";
      return;
    case '\r':
      out += "\\r";
      return;
    case '\t':
      out += "\\t";
      return;
    default: {
      const auto code = static_cast<unsigned char>(c);
      out += "\\u00";
      out += kDigits[code >> 4];
      out += kDigits[code & 15U];
    }
  }
}

/// The number as its one text; only integers of 64 bits have one.
void append_canonical_number(const JsonValue& value, std::string& out) {
  if (value.is_integer()) {
    append_number(value.as_integer(), out);
    return;
  }
  const std::string& text = value.number_text();
  std::uint64_t number = 0;
  const char* const end = text.data() + text.size();
  const auto [stop, error] = std::from_chars(text.data(), end, number);
  if (error != std::errc{} || stop != end)
    fail_canonical("the number " + text + " is no integer of 64 bits");
  append_number(number, out);
}

void append_canonical(const JsonValue& value, std::string& out);

void append_canonical_object(const JsonValue& value, std::string& out) {
  std::vector<const JsonMember*> members;
  for (const JsonMember& member : value.members()) members.push_back(&member);
  std::sort(members.begin(), members.end(),
            [](const JsonMember* a, const JsonMember* b) { return a->key < b->key; });
  out += '{';
  for (std::size_t i = 0; i < members.size(); ++i) {
    if (i > 0 && members[i - 1]->key == members[i]->key) {
      fail_canonical("the key \"" + members[i]->key + "\" stands twice in an object");
    }
    if (i > 0) out += ',';
    append_json_string(members[i]->key, out);
    out += ':';
    append_canonical(members[i]->value, out);
  }
  out += '}';
}

void append_canonical(const JsonValue& value, std::string& out) {
  switch (value.kind()) {
    case JsonValue::Kind::null:
      out += "null";
      return;
    case JsonValue::Kind::boolean:
      out += value.as_bool() ? "true" : "false";
      return;
    case JsonValue::Kind::integer:
    case JsonValue::Kind::number:
      append_canonical_number(value, out);
      return;
    case JsonValue::Kind::string:
      append_json_string(value.as_string(), out);
      return;
    case JsonValue::Kind::object:
      append_canonical_object(value, out);
      return;
    case JsonValue::Kind::array:
      break;
  }
  out += '[';
  bool first = true;
  for (const JsonValue& item : value.items()) {
    if (!first) out += ',';
    first = false;
    append_canonical(item, out);
  }
  out += ']';
}

}  // namespace

void append_json_string(std::string_view text, std::string& out) {
  if (!is_utf8(text)) {
    throw model::Error(model::ErrorKind::data,
                       "a text that is not valid UTF-8 cannot stand in JSON");
  }
  out += '"';
  const char* at = text.data();
  const char* const end = at + text.size();
  while (at != end) {
    const char* const stop = find_json_string_stop(at, end);
    out.append(at, stop);
    if (stop == end) break;
    append_escape(*stop, out);
    at = stop + 1;
  }
  out += '"';
}

void JsonWriter::new_line() {
  if (style_ == Style::compact) return;
  out_ += '\n';
  out_.append(levels_.size() * kIndent, ' ');
}

/// Before a key or an item: the comma and the line.
void JsonWriter::before_element() {
  Level& level = levels_.back();
  if (!level.empty) out_ += ',';
  level.empty = false;
  new_line();
}

void JsonWriter::before_value() {
  if (levels_.empty()) {
    if (started_) fail_use("a second value at the top");
    started_ = true;
    return;
  }
  if (!levels_.back().object) {
    before_element();
    return;
  }
  if (!key_written_) fail_use("a value in an object needs a key");
  key_written_ = false;
}

void JsonWriter::close(bool object, char bracket) {
  if (levels_.empty() || levels_.back().object != object || key_written_) {
    fail_use("an end without its beginning");
  }
  const bool empty = levels_.back().empty;
  levels_.pop_back();
  if (!empty) new_line();
  out_ += bracket;
}

JsonWriter& JsonWriter::begin_object() {
  before_value();
  out_ += '{';
  levels_.push_back({true, true});
  return *this;
}

JsonWriter& JsonWriter::end_object() {
  close(true, '}');
  return *this;
}

JsonWriter& JsonWriter::begin_array() {
  before_value();
  out_ += '[';
  levels_.push_back({false, true});
  return *this;
}

JsonWriter& JsonWriter::end_array() {
  close(false, ']');
  return *this;
}

JsonWriter& JsonWriter::key(std::string_view key) {
  if (levels_.empty() || !levels_.back().object || key_written_) {
    fail_use("a key where none may stand");
  }
  before_element();
  append_json_string(key, out_);
  out_ += style_ == Style::compact ? ":" : ": ";
  key_written_ = true;
  return *this;
}

JsonWriter& JsonWriter::value(std::string_view text) {
  before_value();
  append_json_string(text, out_);
  return *this;
}

JsonWriter& JsonWriter::value(bool boolean) {
  before_value();
  out_ += boolean ? "true" : "false";
  return *this;
}

JsonWriter& JsonWriter::value(std::int64_t number) {
  before_value();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::value(std::uint64_t number) {
  before_value();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::value(double number) {
  if (!std::isfinite(number)) fail_use("a number that is not finite");
  before_value();
  append_number(number, out_);
  return *this;
}

JsonWriter& JsonWriter::member(std::string_view name, const std::vector<std::string>& texts) {
  key(name).begin_array();
  for (const std::string& text : texts) value(text);
  return end_array();
}

JsonWriter& JsonWriter::null() {
  before_value();
  out_ += "null";
  return *this;
}

JsonWriter& JsonWriter::value(const JsonValue& json) {
  switch (json.kind()) {
    case JsonValue::Kind::null:
      return null();
    case JsonValue::Kind::boolean:
      return value(json.as_bool());
    case JsonValue::Kind::string:
      return value(json.as_string());
    case JsonValue::Kind::integer:
    case JsonValue::Kind::number:
      before_value();
      out_ += json.number_text();
      return *this;
    case JsonValue::Kind::array:
      begin_array();
      for (const JsonValue& item : json.items()) value(item);
      return end_array();
    case JsonValue::Kind::object:
      break;
  }
  begin_object();
  for (const JsonMember& member : json.members()) key(member.key).value(member.value);
  return end_object();
}

std::string JsonWriter::take() {
  if (!started_ || !levels_.empty()) fail_use("taken before it was finished");
  if (style_ == Style::pretty) out_ += '\n';
  std::string out;
  out.swap(out_);
  started_ = false;
  return out;
}

std::string canonical_json(const JsonValue& value) {
  std::string out;
  append_canonical(value, out);
  return out;
}

std::string canonical_json(std::string_view text) {
  return canonical_json(parse_json_or_throw(text, "JSON").root());
}

}  // namespace sluice::codec
