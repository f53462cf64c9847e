#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/name.h"

namespace sluice::plan {

/// Walks over SQL as PostgreSQL prints it: names, quoted names, literals and brackets are whole
/// pieces. The text must outlive it. What is not there where it must be throws Error{data} with the
/// text.
class PgScanner {
 public:
  explicit PgScanner(std::string_view text) : text_(text) {}

  /// Skips white space; true where nothing is left.
  [[nodiscard]] bool at_end();
  /// Takes the keyword where it stands next (a quoted name is never a keyword).
  [[nodiscard]] bool take_word(std::string_view keyword);
  void require_word(std::string_view keyword);
  /// A name, unquoted.
  [[nodiscard]] std::string identifier();
  /// name or schema.name.
  [[nodiscard]] model::QualifiedName qualified_name();
  /// From an opening bracket to its partner, brackets included, as printed.
  [[nodiscard]] std::string_view brackets();
  [[nodiscard]] bool at_bracket();
  /// Everything that is left, without white space at its ends.
  [[nodiscard]] std::string_view rest();
  /// The text from `from` to here, without white space at its ends.
  [[nodiscard]] std::string_view since(std::size_t from) const;
  [[nodiscard]] std::size_t position() const noexcept { return at_; }
  /// Passes over one literal, quoted name, bracketed piece, word or sign.
  void skip_piece();
  [[noreturn]] void fail(std::string_view expected) const;

 private:
  void skip_space();
  void skip_quoted(char quote, bool backslash_escapes);
  [[nodiscard]] bool at_word_char() const;

  std::string_view text_;
  std::size_t at_ = 0;
};

/// Splits "(a, f(b, c), "x,y")" at its own commas; the pieces are trimmed.
[[nodiscard]] std::vector<std::string_view> split_list(std::string_view bracketed);

}  // namespace sluice::plan
