#pragma once

#include <cstddef>
#include <cstdint>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

namespace sluice::codec {

struct JsonMember;

/// One value of a strict JSON document (RFC 8259): config, plan, policy, manifest.
///
/// A plain value that owns its children. Objects keep their order, and every duplicate key.
/// Accessors throw Error(data) where the kind is another, which is all that a document of sluice's
/// own needs; for what people write look at kind() or use the is_ and find functions first.
class JsonValue {
 public:
  enum class Kind : std::uint8_t {
    null,
    boolean,
    integer,  ///< written without point or exponent, fits int64
    number,   ///< every other number
    string,
    array,
    object,
  };

  JsonValue() = default;

  [[nodiscard]] Kind kind() const noexcept { return kind_; }
  [[nodiscard]] bool is_null() const noexcept { return kind_ == Kind::null; }
  [[nodiscard]] bool is_bool() const noexcept { return kind_ == Kind::boolean; }
  [[nodiscard]] bool is_integer() const noexcept { return kind_ == Kind::integer; }
  /// An integer or another number.
  [[nodiscard]] bool is_number() const noexcept {
    return kind_ == Kind::integer || kind_ == Kind::number;
  }
  [[nodiscard]] bool is_string() const noexcept { return kind_ == Kind::string; }
  [[nodiscard]] bool is_array() const noexcept { return kind_ == Kind::array; }
  [[nodiscard]] bool is_object() const noexcept { return kind_ == Kind::object; }

  [[nodiscard]] bool as_bool() const;
  [[nodiscard]] std::int64_t as_integer() const;
  [[nodiscard]] const std::string& as_string() const;
  /// The number as it was written.
  [[nodiscard]] const std::string& number_text() const;
  [[nodiscard]] const std::vector<JsonValue>& items() const;
  [[nodiscard]] const std::vector<JsonMember>& members() const;

  /// The member of that name: the first, where it stands more than once. nullptr where there is
  /// none, or where this is not an object.
  [[nodiscard]] const JsonValue* find(std::string_view key) const noexcept;
  /// find() for members that the caller knows are there; throws Error(data) where they are not.
  [[nodiscard]] const JsonValue& at(std::string_view key) const;

  /// Byte of the document at which this value starts.
  [[nodiscard]] std::size_t offset() const noexcept { return offset_; }

 private:
  friend class JsonReader;

  [[nodiscard]] const std::string& text() const noexcept { return *std::get_if<0>(&content_); }

  // A plan of thousands of tables is a million values: each is as small as it can be.
  Kind kind_ = Kind::null;
  bool boolean_ = false;
  std::size_t offset_ = 0;
  /// The text of a string, or of a number as written; items; members.
  std::variant<std::string, std::vector<JsonValue>, std::vector<JsonMember>> content_;
};

struct JsonMember {
  std::string key;
  std::size_t key_offset = 0;  ///< of the opening quotation mark
  JsonValue value;
};

/// "object", "integer" and so on, for messages.
[[nodiscard]] std::string_view to_string(JsonValue::Kind kind) noexcept;

/// A place in a text; both count from 1. Columns count bytes.
struct JsonPosition {
  std::size_t line = 1;
  std::size_t column = 1;

  friend bool operator==(const JsonPosition&, const JsonPosition&) = default;
};

/// Why a text is not JSON.
struct JsonError {
  std::string file;
  std::string message;  ///< "a comma or } is missing"
  std::size_t offset = 0;
  JsonPosition position;

  /// "file:line:column: message"
  [[nodiscard]] std::string to_string() const;
};

/// A key that stands twice in one object.
struct JsonDuplicate {
  std::string pointer;     ///< of the member
  std::size_t offset = 0;  ///< of the later key
};

/// A parsed document and the text's line starts, so that every value can say where it stands.
class JsonDocument {
 public:
  [[nodiscard]] const JsonValue& root() const noexcept { return root_; }
  [[nodiscard]] const std::string& file() const noexcept { return file_; }
  [[nodiscard]] JsonPosition position(std::size_t offset) const noexcept;
  [[nodiscard]] JsonPosition position(const JsonValue& value) const noexcept {
    return position(value.offset());
  }
  /// RFC 6901 pointer of a value of this document ("/tables/0/name"; "" for the root).
  [[nodiscard]] std::string pointer(const JsonValue& value) const;
  /// Every duplicate key in the document, in order.
  [[nodiscard]] const std::vector<JsonDuplicate>& duplicates() const noexcept {
    return duplicates_;
  }

 private:
  friend class JsonReader;

  std::string file_;
  JsonValue root_;
  std::vector<std::size_t> line_starts_;
  std::vector<JsonDuplicate> duplicates_;
};

/// Deepest nesting that is read; deeper documents are an error.
inline constexpr int kJsonMaxDepth = 128;

/// Reads a whole document. Strict: valid UTF-8, no byte order mark, no comments, nothing after the
/// value, no lone surrogates; duplicate keys are read and reported. `file` is used in messages
/// only; nothing is opened.
[[nodiscard]] std::variant<JsonDocument, JsonError> parse_json(std::string_view text,
                                                               std::string_view file);

/// For documents that sluice itself has written (ledger, plan): throws Error(data) instead, also on
/// duplicate keys.
[[nodiscard]] JsonDocument parse_json_or_throw(std::string_view text, std::string_view file);

/// A document without the items of one array, and the texts of those.
struct JsonApart {
  JsonDocument document;  // there the array is empty; offsets behind it are not those of the text
  std::vector<std::string_view> items;  // of the text, each to be read by itself
};
/// The same of a document that is too large to be held whole, whose values take ten times the room
/// of their text: without the items of the array `key`, a member of the root. `text` must outlive
/// the result.
[[nodiscard]] JsonApart parse_json_apart(std::string_view text, std::string_view file,
                                         std::string_view key);

/// RFC 6901 escaping of one part of a pointer.
[[nodiscard]] std::string escape_json_pointer(std::string_view part);

}  // namespace sluice::codec
