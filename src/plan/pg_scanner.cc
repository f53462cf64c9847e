#include "plan/pg_scanner.h"

#include "sluice/model/error.h"

namespace sluice::plan {
namespace {

bool is_space(char c) { return c == ' ' || c == '\n' || c == '\t' || c == '\r'; }

bool is_word_char(char c) {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9') || c == '_' ||
         c == '$' || (static_cast<unsigned char>(c) & 0x80U) != 0;
}

std::string_view trimmed(std::string_view text) {
  while (!text.empty() && is_space(text.front())) text.remove_prefix(1);
  while (!text.empty() && is_space(text.back())) text.remove_suffix(1);
  return text;
}

}  // namespace

void PgScanner::fail(std::string_view expected) const {
  throw model::Error(model::ErrorKind::data, "cannot read the definition \"" + std::string(text_) +
                                                 "\": expected " + std::string(expected) +
                                                 " at byte " + std::to_string(at_));
}

void PgScanner::skip_space() {
  while (at_ < text_.size() && is_space(text_[at_])) ++at_;
}

bool PgScanner::at_word_char() const { return at_ < text_.size() && is_word_char(text_[at_]); }

bool PgScanner::at_end() {
  skip_space();
  return at_ == text_.size();
}

bool PgScanner::take_word(std::string_view keyword) {
  skip_space();
  if (text_.substr(at_, keyword.size()) != keyword) return false;
  const std::size_t after = at_ + keyword.size();
  if (after < text_.size() && is_word_char(text_[after])) return false;
  at_ = after;
  return true;
}

void PgScanner::require_word(std::string_view keyword) {
  if (!take_word(keyword)) fail(keyword);
}

std::string PgScanner::identifier() {
  skip_space();
  const std::size_t start = at_;
  if (at_ < text_.size() && text_[at_] == '"') {
    skip_quoted('"', false);
    std::string name;
    for (std::size_t i = start + 1; i + 1 < at_; ++i) {
      if (text_[i] == '"') ++i;  // doubled
      name.push_back(text_[i]);
    }
    return name;
  }
  while (at_word_char()) ++at_;
  if (at_ == start) fail("a name");
  return std::string(text_.substr(start, at_ - start));
}

model::QualifiedName PgScanner::qualified_name() {
  std::string first = identifier();
  if (at_ == text_.size() || text_[at_] != '.') return {"", std::move(first)};
  ++at_;
  return {std::move(first), identifier()};
}

void PgScanner::skip_quoted(char quote, bool backslash_escapes) {
  for (++at_; at_ < text_.size(); ++at_) {
    if (backslash_escapes && text_[at_] == '\\') {
      ++at_;
    } else if (text_[at_] == quote) {
      ++at_;
      if (at_ == text_.size() || text_[at_] != quote) return;
    }
  }
  at_ = text_.size();
  fail("a closing quote");
}

void PgScanner::skip_piece() {
  skip_space();
  if (at_ == text_.size()) fail("more text");
  const char c = text_[at_];
  if (c == '(') {
    (void)brackets();
  } else if (c == '"' || c == '\'') {
    skip_quoted(c, false);
  } else if (c == 'E' && at_ + 1 < text_.size() && text_[at_ + 1] == '\'') {
    ++at_;
    skip_quoted('\'', true);
  } else if (is_word_char(c)) {
    while (at_word_char()) ++at_;
  } else {
    ++at_;
  }
}

bool PgScanner::at_bracket() {
  skip_space();
  return at_ < text_.size() && text_[at_] == '(';
}

std::string_view PgScanner::brackets() {
  if (!at_bracket()) fail("an opening bracket");
  const std::size_t start = at_;
  // A count, not recursion: an expression may be nested as deep as the server's stack was.
  std::size_t depth = 0;
  do {
    if (at_end()) fail("a closing bracket");
    const char c = text_[at_];
    if (c != '(' && c != ')') {
      skip_piece();
      continue;
    }
    depth = c == '(' ? depth + 1 : depth - 1;
    ++at_;
  } while (depth > 0);
  return text_.substr(start, at_ - start);
}

std::string_view PgScanner::rest() {
  const std::string_view left = trimmed(text_.substr(at_));
  at_ = text_.size();
  return left;
}

std::string_view PgScanner::since(std::size_t from) const {
  return trimmed(text_.substr(from, at_ - from));
}

std::vector<std::string_view> split_list(std::string_view bracketed) {
  std::vector<std::string_view> items;
  if (bracketed.size() < 2) return items;
  const std::string_view inner = bracketed.substr(1, bracketed.size() - 2);
  PgScanner scanner(inner);
  std::size_t start = 0;
  while (!scanner.at_end()) {
    const std::size_t before = scanner.position();
    if (inner[before] == ',') {
      items.push_back(trimmed(inner.substr(start, before - start)));
      start = before + 1;
    }
    scanner.skip_piece();
  }
  items.push_back(trimmed(inner.substr(start)));
  return items;
}

}  // namespace sluice::plan
