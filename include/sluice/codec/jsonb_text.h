#pragma once

#include <memory>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

class JsonbWriter;  // src/codec/jsonb_writer.h

/// Deepest nesting of arrays and objects that is taken; deeper ones are invalid_json. (PostgreSQL's
/// own limit is its stack; no document of a CRM comes near.)
inline constexpr int kJsonbMaxDepth = 512;

/// Brings JSON texts to the text that PostgreSQL prints for the same jsonb: keys by length and then
/// bytes, the last of equal keys, ", " and ": ", numbers as numeric prints them, strings escaped
/// anew.
///
/// Keep one for many values: it then allocates nothing. For one thread at a time.
class JsonbNormalizer {
 public:
  JsonbNormalizer();
  JsonbNormalizer(JsonbNormalizer&&) noexcept;
  JsonbNormalizer& operator=(JsonbNormalizer&&) noexcept;
  ~JsonbNormalizer();

  /// none, and text() is the normal form; duplicate_json_key, and text() is the normal form in
  /// which the last one of equal keys has won, which loses the others; invalid_utf8, nul_byte
  /// (U+0000 in a string, escaped or not), out_of_range (a number beyond numeric), too_long (a
  /// string of 256 MiB or more), or invalid_json (grammar, lone surrogates, text after the value,
  /// depth), and text() is empty.
  [[nodiscard]] Problem normalize(std::string_view json);

  /// Of the last normalize(); valid until the next.
  [[nodiscard]] std::string_view text() const noexcept { return text_; }

 private:
  std::unique_ptr<JsonbWriter> writer_;
  std::string_view text_;
};

/// none where the text is JSON that PostgreSQL's json type takes; otherwise invalid_utf8, nul_byte
/// (a raw one), or invalid_json.
[[nodiscard]] Problem check_json(std::string_view json);

}  // namespace sluice::codec
