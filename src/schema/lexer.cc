#include "schema/lexer.h"

#include <algorithm>
#include <array>

#include "sluice/codec/ascii.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/mysql_types.h"

namespace sluice::schema {
namespace {

using Kind = Token::Kind;

constexpr bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
constexpr bool is_letter(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || c == '_' || c == '@' || c == '$' ||
         static_cast<unsigned char>(c) >= 0x80U;
}
constexpr bool is_space(char c) noexcept { return c == ' ' || c == '\t' || c == '\n' || c == '\r'; }

class Lexer {
 public:
  explicit Lexer(std::string_view text) : rest_(text) {}

  std::vector<Token> all() {
    std::vector<Token> tokens;
    do {
      tokens.push_back(next());
      if (tokens.back().kind == Kind::other) rest_ = {};
    } while (tokens.back().kind != Kind::end);
    return tokens;
  }

 private:
  Token next() {
    while (!rest_.empty() && is_space(rest_.front())) rest_.remove_prefix(1);
    if (rest_.empty()) return {};
    const char c = rest_.front();
    if (c == '`') return quoted(Kind::name, false);
    if (c == '\'') return quoted(Kind::text, true);
    if (rest_.starts_with("0x")) return hex_number();
    if (is_digit(c) || (c == '.' && rest_.size() > 1 && is_digit(rest_[1]))) return number();
    if (is_letter(c)) return word();
    return sign();
  }

  Token quoted(Kind kind, bool escapes) {
    const char quote = pop();
    Token token{kind, ""};
    while (!rest_.empty()) {
      const char c = pop();
      if (c == '\\' && escapes && !rest_.empty()) {
        token.value += unescaped_piece(pop());
      } else if (c != quote) {
        token.value += c;
      } else if (!rest_.empty() && rest_.front() == quote) {
        token.value += pop();
      } else {
        return token;
      }
    }
    return {Kind::other, ""};
  }

  /// \% and \_ stay as they are: only LIKE knows them.
  static std::string unescaped_piece(char c) {
    if (c == '%' || c == '_') return {'\\', c};
    return {codec::mysql_unescaped(c)};
  }

  Token hex_number() {
    rest_.remove_prefix(2);
    Token token{Kind::bytes, ""};
    while (!rest_.empty() && codec::hex_digit_value(rest_.front()) >= 0) token.value += pop();
    return token;
  }

  Token number() {
    Token token{Kind::number, ""};
    while (!rest_.empty() && (is_digit(rest_.front()) || rest_.front() == '.')) {
      token.value += pop();
    }
    if (rest_.empty() || (rest_.front() != 'e' && rest_.front() != 'E')) return token;
    token.value += pop();
    if (!rest_.empty() && (rest_.front() == '-' || rest_.front() == '+')) token.value += pop();
    while (!rest_.empty() && is_digit(rest_.front())) token.value += pop();
    return token;
  }

  Token word() {
    Token token{Kind::word, ""};
    while (!rest_.empty() && (is_letter(rest_.front()) || is_digit(rest_.front()))) {
      token.value += codec::ascii_lower(pop());
    }
    if (rest_.empty() || rest_.front() != '\'') return token;
    if (token.value == "b") return {Kind::bits, quoted(Kind::bits, false).value};
    if (token.value == "x") return {Kind::bytes, quoted(Kind::bytes, false).value};
    return token.value.starts_with('_') ? introduced(token.value) : token;
  }

  /// _utf8mb4'a': of other character sets only what is the same in all of them.
  Token introduced(std::string_view charset) {
    Token token = quoted(Kind::text, true);
    const bool same = charset.starts_with("_utf8") || codec::is_ascii(token.value);
    return same && charset != "_binary" && !charset.starts_with("_utf16") && charset != "_ucs2" &&
                   charset != "_utf32"
               ? token
               : Token{Kind::other, std::string(charset)};
  }

  Token sign() {
    constexpr std::array<std::string_view, 11> kLong = {"<=>", "<=", ">=", "<>", "!=", "<<",
                                                        ">>",  "&&", "||", ":=", "->"};
    for (const std::string_view sign : kLong) {
      if (!rest_.starts_with(sign)) continue;
      rest_.remove_prefix(sign.size());
      return {Kind::sign, std::string(sign)};
    }
    constexpr std::string_view kSigns = "()+-*/%,<>=&|^~!.";
    const char c = pop();
    return {kSigns.find(c) == std::string_view::npos ? Kind::other : Kind::sign, {c}};
  }

  char pop() noexcept {
    const char c = rest_.front();
    rest_.remove_prefix(1);
    return c;
  }

  std::string_view rest_;
};

}  // namespace

std::vector<Token> tokens_of(std::string_view printed) { return Lexer(printed).all(); }

}  // namespace sluice::schema
