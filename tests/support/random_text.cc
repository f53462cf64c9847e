#include "support/random_text.h"

#include <cmath>
#include <cstring>
#include <utility>

#include <fmt/format.h>

namespace sluice::test {
namespace {

const std::vector<std::string>& odd_characters() {
  static const std::vector<std::string> characters = {"'",
                                                      "\"",
                                                      "\\",
                                                      "`",
                                                      "\t",
                                                      "\n",
                                                      "\r",
                                                      " ",
                                                      ",",
                                                      ";",
                                                      "{",
                                                      "}",
                                                      "%",
                                                      "\\N",
                                                      "\x01",
                                                      "\x7f",
                                                      "$",
                                                      "\xc3\xa9",
                                                      "\xc3\x9f",
                                                      "\xc4\xb0",
                                                      "e\xcc\x81",
                                                      "\xe2\x82\xac",
                                                      "\xef\xbf\xbf",
                                                      "\xf0\x9f\x98\x80",
                                                      "\xf4\x8f\xbf\xbf"};
  return characters;
}

/// Letters that collations and case folding treat alike are common.
constexpr std::string_view kLetters = "aaaaAAbBcCzZ019._- ";

int length_of(const std::string& utf8) {
  int characters = 0;
  for (const char c : utf8) characters += (static_cast<unsigned char>(c) & 0xC0) != 0x80 ? 1 : 0;
  return characters;
}

template <typename Float, typename Bits>
Float float_of(Bits bits) {
  Float value = 0;
  static_assert(sizeof value == sizeof bits);
  std::memcpy(&value, &bits, sizeof value);
  return std::isfinite(value) ? value : Float{0.5};
}

}  // namespace

std::string random_text(Random& random, int most) {
  std::string text;
  int left = random.between(0, most);
  while (left > 0) {
    const std::string piece = random.one_in(4) ? random.pick(odd_characters())
                                               : std::string(1, kLetters[random.below(19)]);
    if (length_of(piece) <= left) text += piece;
    left -= length_of(piece);
  }
  return text;
}

std::string random_word(Random& random, int most) {
  std::string text;
  for (int left = random.between(1, most); left > 0; --left) text += kLetters[random.below(13)];
  return text;
}

std::string random_bytes(Random& random, int most) {
  std::string bytes;
  for (int left = random.between(0, most); left > 0; --left) {
    bytes.push_back(random.one_in(4) ? '\0' : static_cast<char>(random.bits()));
  }
  return bytes;
}

std::string random_name(Random& random, int number, std::size_t most) {
  static const std::vector<std::string> plain = {"id", "name", "value", "code", "total", "created"};
  static const std::vector<std::string> odd = {"select",
                                               "Order",
                                               "user",
                                               "My Column",
                                               "a\"b",
                                               "it's",
                                               "back\\slash",
                                               "tick`tick",
                                               "x.y",
                                               "\xc3\xa9t\xc3\xa9",
                                               "\xe5\x90\x8d\xe5\x89\x8d",
                                               "line\nbreak",
                                               "{}",
                                               "%s",
                                               "$1",
                                               "__side",
                                               "--",
                                               "/*",
                                               "[]"};
  const std::string tail = fmt::format("{}", number);
  std::string name = random.one_in(3) ? random.pick(odd) : random.pick(plain);
  if (random.one_in(12)) {
    name = random.one_in(2) ? std::string(most, 'l') : "l" + std::string(most, 'L');
    name.resize(most - tail.size());
  }
  return name + tail;
}

std::string hex_of(const std::string& bytes) {
  std::string hex;
  for (const char byte : bytes) hex += fmt::format("{:02x}", static_cast<unsigned char>(byte));
  return hex;
}

std::string random_double(Random& random) {
  return fmt::format("{:.17g}", float_of<double>(random.bits()));
}

std::string random_float(Random& random) {
  return fmt::format("{:.9g}", float_of<float>(static_cast<std::uint32_t>(random.bits())));
}

std::string random_json(Random& random, int depth) {
  static const std::vector<std::string> leaves = {"null",
                                                  "true",
                                                  "0",
                                                  "-0",
                                                  "1.0",
                                                  "1e100",
                                                  "-1.5E-10",
                                                  "9223372036854775808",
                                                  "0.1000000000000000000000001",
                                                  R"("")",
                                                  R"("\u00e9\n\"")",
                                                  "\"\xf0\x9f\x98\x80\"",
                                                  "[]",
                                                  "{}"};
  if (depth == 0 || random.one_in(3)) return random.pick(leaves);
  const bool object = random.one_in(2);
  std::string json = object ? "{" : "[";
  for (int i = random.between(1, 4); i > 0; --i) {
    if (object) json += fmt::format("\"k{}\": ", random.between(i, i + 1));
    json += random_json(random, depth - 1) + (i > 1 ? ", " : "");
  }
  return json + (object ? "}" : "]");
}

std::string random_date(Random& random) {
  const int parts[] = {random.between(1, 9999), random.between(1, 12), random.between(1, 28)};
  return fmt::format("{:04}-{:02}-{:02}", parts[0], parts[1], parts[2]);
}

std::string random_time(Random& random) {
  const int parts[] = {random.between(0, 23), random.between(0, 59), random.between(0, 59),
                       random.between(0, 999999)};
  return fmt::format("{:02}:{:02}:{:02}.{:06}", parts[0], parts[1], parts[2], parts[3]);
}

std::string random_uuid(Random& random) {
  const std::uint64_t parts[] = {random.bits(), random.bits()};
  const std::string hex = fmt::format("{:016x}{:016x}", parts[0], parts[1]);
  return hex.substr(0, 8) + "-" + hex.substr(8, 4) + "-" + hex.substr(12, 4) + "-" +
         hex.substr(16, 4) + "-" + hex.substr(20);
}

MakeSql edges(std::vector<std::string> values, MakeSql other) {
  return [values = std::move(values), other = std::move(other)](Random& random) {
    return random.one_in(2) ? random.pick(values) : other(random);
  };
}

}  // namespace sluice::test
