#pragma once

#include <algorithm>
#include <string>
#include <string_view>

#include "random.h"

namespace sluice::codec::test {

/// Random JSON texts with what makes normal forms hard: keys that differ only in length, escapes,
/// duplicates, odd white space, numbers in every spelling.

inline std::string random_space(Random& random) {
  constexpr std::string_view kSpaces[] = {"", "", "", " ", "\n  ", "\t", "\r\n"};
  return std::string(kSpaces[random.below(7)]);
}

inline std::string random_string(Random& random) {
  constexpr std::string_view kParts[] = {"a",
                                         "b",
                                         "name",
                                         "x y",
                                         "\\n",
                                         "\\u0041",
                                         "\\u00e9",
                                         "\\\"",
                                         "\\\\",
                                         "\\/",
                                         "\\u0001",
                                         "\\u001F",
                                         "\\ud83c\\udf0d",
                                         "\xc3\xa9",
                                         "'",
                                         "\x7f",
                                         "\xe4\xb8\x96",
                                         "\\b\\f\\r\\t",
                                         "0123456789abcdef",
                                         "\xf0\x9f\x8c\x8d",
                                         "\\u4e16"};
  std::string out = "\"";
  for (std::uint64_t left = random.below(random.one_in(8) ? 20 : 4); left > 0; --left)
    out += kParts[random.below(21)];
  return out + "\"";
}

inline std::string random_number(Random& random) {
  std::string out = random.one_in(3) ? "-" : "";
  const std::string whole = random.digits(random.one_in(10) ? 40 : 6);
  const std::size_t zeros = std::min(whole.find_first_not_of('0'), whole.size());
  out += zeros == whole.size() ? "0" : whole.substr(zeros);
  if (random.one_in(2)) out += "." + random.digits(5) + std::to_string(random.below(10));
  if (random.one_in(4)) {
    constexpr std::string_view kSigns[] = {"e", "E", "e+", "E-", "e-"};
    out += std::string(kSigns[random.below(5)]) + std::to_string(random.below(30));
  }
  return out;
}

inline std::string random_json(Random& random, int depth = 0) {
  const std::uint64_t kind = random.below(depth > 5 ? 4 : 8);
  if (kind == 0) return random_string(random);
  if (kind <= 2) return random_number(random);
  if (kind == 3) return random.one_in(3) ? "null" : random.one_in(2) ? "true" : "false";
  const bool object = kind < 7;
  std::string out = (object ? "{" : "[") + random_space(random);
  const std::uint64_t count = random.below(6);
  for (std::uint64_t i = 0; i < count; ++i) {
    if (i > 0) out += "," + random_space(random);
    if (object) out += random_string(random) + random_space(random) + ":" + random_space(random);
    out += random_json(random, depth + 1) + random_space(random);
  }
  return out + (object ? "}" : "]");
}

/// The text with one byte taken out, put in or changed.
inline std::string damaged(std::string json, Random& random) {
  constexpr std::string_view kBytes = "{}[]\",:\\ue0123456789.-+tfn \n\x01\xc3\x80";
  const std::size_t at = random.below(json.size() + 1);
  const char byte = random.one_in(30) ? '\0' : kBytes[random.below(kBytes.size())];
  const std::uint64_t kind = random.below(3);
  if (kind == 0 && at < json.size()) {
    json.erase(at, 1 + random.below(3));
  } else if (kind == 1 && at < json.size()) {
    json[at] = byte;
  } else {
    json.insert(at, 1, byte);
  }
  return json;
}

/// A string as jsonb prints it.
inline std::string quoted_as_jsonb(std::string_view text) {
  std::string out = "\"";
  for (const char c : text) {
    const std::string_view plain = "\"\\\b\f\n\r\t";
    const std::string_view letters = "\"\\bfnrt";
    const std::size_t known = plain.find(c);
    if (known != std::string_view::npos) {
      out += '\\';
      out += letters[known];
    } else if (static_cast<unsigned char>(c) < 0x20) {
      out += "\\u00";
      out += c < 0x10 ? '0' : '1';
      out += "0123456789abcdef"[c % 16];
    } else {
      out += c;
    }
  }
  return out + "\"";
}

/// A JSON number without its exponent, by moving the point by hand.
inline std::string plain_number(std::string text) {
  const bool negative = text.starts_with('-');
  if (negative) text.erase(0, 1);
  int exponent = 0;
  if (const std::size_t e = text.find_first_of("eE"); e != std::string::npos) {
    exponent = std::stoi(text.substr(e + 1));
    text.erase(e);
  }
  const std::size_t dot = std::min(text.find('.'), text.size());
  std::string whole = text.substr(0, dot);
  std::string fraction = dot < text.size() ? text.substr(dot + 1) : "";
  for (; exponent > 0; --exponent) {
    whole += fraction.empty() ? '0' : fraction[0];
    fraction.erase(0, 1);
  }
  for (; exponent < 0; ++exponent) {
    fraction.insert(0, 1, whole.empty() ? '0' : whole.back());
    if (!whole.empty()) whole.pop_back();
  }
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  if (whole.empty()) whole = "0";
  const std::string out = fraction.empty() ? whole : whole + "." + fraction;
  const bool zero = out.find_first_of("123456789") == std::string::npos;
  return (negative && !zero ? "-" : "") + out;
}

}  // namespace sluice::codec::test
