#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::schema {

/// One piece of an expression as MySQL and MariaDB print it.
struct Token {
  enum class Kind : std::uint8_t {
    end,
    name,    // `a`, unquoted
    word,    // keyword or function, in lower case
    text,    // 'a', as it is meant
    number,  // 1, 1.5, 1e3
    bits,    // b'01': the digits
    bytes,   // x'ff', 0xff: the hex digits
    sign,    // ( ) , + <= ...
    other,   // what cannot be read
  };
  Kind kind = Kind::end;
  std::string value;

  [[nodiscard]] bool is_word(std::string_view word) const {
    return kind == Kind::word && value == word;
  }
  [[nodiscard]] bool is_sign(std::string_view sign) const {
    return kind == Kind::sign && value == sign;
  }
  friend bool operator==(const Token&, const Token&) = default;
};

/// All pieces, without white space; the last one is `end`. Introducers (_utf8mb4'a') are left out
/// where they change nothing. After a piece that cannot be read comes nothing but `end`.
[[nodiscard]] std::vector<Token> tokens_of(std::string_view printed);

}  // namespace sluice::schema
