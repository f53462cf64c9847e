#pragma once

#include <cstdint>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/json_read.h"
#include "sluice/model/finding.h"

namespace sluice::mapping {

/// The candidate with the smallest edit distance, where it is near enough to be a slip of the
/// fingers; empty otherwise.
[[nodiscard]] std::string_view nearest(std::string_view word,
                                       std::span<const std::string_view> candidates);

/// Collects what is wrong with a JSON document: all of it, each with "file:line:column
/// /json/pointer".
class JsonProblems {
 public:
  JsonProblems(const codec::JsonDocument& document, std::vector<model::Finding>& findings)
      : document_(document), findings_(findings) {}

  void error(const codec::JsonValue& at, std::string_view rule, std::string message,
             std::string action = {});
  void warning(const codec::JsonValue& at, std::string_view rule, std::string message,
               std::string action = {});
  /// At a member's key.
  void error_at_key(const codec::JsonValue& object, const codec::JsonMember& member,
                    std::string_view rule, std::string message, std::string action = {});
  /// "file:line:column /pointer" of a value.
  [[nodiscard]] std::string where(const codec::JsonValue& value) const;
  [[nodiscard]] bool has_errors() const noexcept { return model::has_errors(findings_); }
  /// Reports every key of the document that stands twice. Call once for a document.
  void report_duplicates();

 private:
  const codec::JsonDocument& document_;
  std::vector<model::Finding>& findings_;
};

/// The closed list of an object's keys. `name` is what the JSON Schema calls it ($defs).
struct ObjectShape {
  std::string_view name;
  std::span<const std::string_view> keys;
  /// Keys that the caller refuses in its own words; no schema lists them.
  std::span<const std::string_view> refused = {};
  /// Whether it may hold a text for people. Not where all that stands there is signed.
  bool takes_note = true;
};

/// Every object of a config may hold it: a text for people, read by nobody.
inline constexpr std::string_view kNoteKey = "note";

/// Reads one object member by member. Wrong types and missing members are reported once and give
/// the default; unknown keys are reported by the constructor, with the nearest known one.
class ObjectReader {
 public:
  ObjectReader(const codec::JsonValue& value, const ObjectShape& shape, JsonProblems& problems);

  /// False where the value is not even an object (that has been reported).
  [[nodiscard]] bool is_object() const noexcept { return value_.is_object(); }
  [[nodiscard]] bool has(std::string_view key) const noexcept {
    return value_.find(key) != nullptr;
  }
  /// nullptr where it is absent; `required` reports that.
  [[nodiscard]] const codec::JsonValue* find(std::string_view key) const noexcept;
  [[nodiscard]] const codec::JsonValue* required(std::string_view key);

  [[nodiscard]] std::string text(std::string_view key, std::string fallback = {});
  [[nodiscard]] std::string required_text(std::string_view key);
  [[nodiscard]] bool boolean(std::string_view key, bool fallback = false);
  /// An integer from min to max.
  [[nodiscard]] std::optional<std::int64_t> integer(std::string_view key, std::int64_t min,
                                                    std::int64_t max);
  /// One of a closed list, as index into it.
  [[nodiscard]] std::optional<std::size_t> choice(std::string_view key,
                                                  std::span<const std::string_view> allowed);
  /// The items of an array member; empty where it is absent or not an array.
  [[nodiscard]] std::span<const codec::JsonValue> items(std::string_view key);
  [[nodiscard]] std::vector<std::string> texts(std::string_view key);

  [[nodiscard]] const codec::JsonValue& value() const noexcept { return value_; }
  [[nodiscard]] JsonProblems& problems() noexcept { return problems_; }

 private:
  const codec::JsonValue& value_;
  JsonProblems& problems_;
};

/// Reads a string; reports anything else, and gives an empty one.
[[nodiscard]] std::string read_text(const codec::JsonValue& value, JsonProblems& problems);

}  // namespace sluice::mapping
