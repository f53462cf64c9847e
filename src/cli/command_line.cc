#include "cli/command_line.h"

#include <algorithm>

namespace sluice::cli {
namespace {

/// Of what no shell makes anything else. Beyond ASCII nothing is special either.
bool is_plain(char c) noexcept {
  constexpr std::string_view kOthers = "_-./:=@%+,";
  const bool alphanumeric =
      (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
  return alphanumeric || (static_cast<unsigned char>(c) & 0x80U) != 0 ||
         kOthers.find(c) != std::string_view::npos;
}

}  // namespace

std::string shell_word(std::string_view text) {
  if (!text.empty() && std::ranges::all_of(text, is_plain)) return std::string(text);
  std::string word = "'";
  for (const char c : text) {
    if (c == '\'') {
      word += R"('\'')";
    } else {
      word += c;
    }
  }
  return word + "'";
}

std::string command_line(const Words& words) {
  std::string line = "sluice";
  for (const std::string& word : words) line += " " + shell_word(word);
  return line;
}

}  // namespace sluice::cli
