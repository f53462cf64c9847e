#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/json_read.h"

namespace sluice::codec {

/// Writes JSON piece by piece, in the caller's order. Escapes only what must be: quotation mark,
/// backslash and control characters (\b \f \n \r \t, others as \u00XX with lower-case digits).
/// Misuse (a value without a key, an object left open) throws Error(internal). Text must be valid
/// UTF-8: anything else throws Error(data), so that no unreadable file is ever written.
class JsonWriter {
 public:
  enum class Style : std::uint8_t {
    compact,  ///< no white space
    pretty,   ///< two spaces a level, one member or item a line; empty ones stay on one
  };

  explicit JsonWriter(Style style = Style::compact) : style_(style) {}

  JsonWriter& begin_object();
  JsonWriter& end_object();
  JsonWriter& begin_array();
  JsonWriter& end_array();
  JsonWriter& key(std::string_view key);

  JsonWriter& value(std::string_view text);
  JsonWriter& value(const std::string& text) { return value(std::string_view(text)); }
  JsonWriter& value(const char* text) { return value(std::string_view(text)); }
  JsonWriter& value(bool boolean);
  JsonWriter& value(std::int64_t number);
  JsonWriter& value(std::uint64_t number);
  JsonWriter& value(int number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(unsigned number) { return value(static_cast<std::uint64_t>(number)); }
  JsonWriter& value(long long number) { return value(static_cast<std::int64_t>(number)); }
  JsonWriter& value(unsigned long long number) { return value(static_cast<std::uint64_t>(number)); }
  /// Shortest digits; throws Error(internal) where it is not finite. Never in anything that is
  /// hashed.
  JsonWriter& value(double number);
  JsonWriter& null();
  /// A value that was read; its strings are written anew, its numbers as they were written.
  JsonWriter& value(const JsonValue& json);

  /// key() and value() in one.
  template <typename T>
  JsonWriter& member(std::string_view name, const T& content) {
    return key(name).value(content);
  }
  /// An array of texts.
  JsonWriter& member(std::string_view name, const std::vector<std::string>& texts);
  /// null where there is nothing.
  template <typename T>
  JsonWriter& member(std::string_view name, const std::optional<T>& content) {
    key(name);
    return content ? value(*content) : null();
  }

  /// The finished text; pretty ends with a line feed. The writer is empty afterwards.
  [[nodiscard]] std::string take();

 private:
  struct Level {
    bool object = false;
    bool empty = true;
  };

  void before_value();
  void before_element();
  void close(bool object, char bracket);
  void new_line();

  Style style_;
  std::string out_;
  std::vector<Level> levels_;
  bool key_written_ = false;
  bool started_ = false;
};

/// Appends a JSON string with quotation marks. Throws Error(data) where the text is not valid
/// UTF-8.
void append_json_string(std::string_view text, std::string& out);

/// The one text of a value that is hashed and signed: keys sorted by bytes, no white space,
/// JsonWriter's escapes. Throws Error(data) on floats (numbers that are not integers of 64 bits)
/// and on duplicate keys: they have no one text.
[[nodiscard]] std::string canonical_json(const JsonValue& value);
/// The same of a text; throws Error(data) where it is not JSON.
[[nodiscard]] std::string canonical_json(std::string_view text);

}  // namespace sluice::codec
