#include "sluice/codec/columns.h"

#include <algorithm>
#include <array>

#include "codec/characters.h"

namespace sluice::codec {
namespace {

/// Blocks of Unicode 15 whose characters are wide (UAX #11), whole where nearly all of them are.
constexpr std::array kWide{CharacterSpan{0x1100, 0x115f},   CharacterSpan{0x231a, 0x231b},
                           CharacterSpan{0x2329, 0x232a},   CharacterSpan{0x23e9, 0x23ec},
                           CharacterSpan{0x2e80, 0x303e},   CharacterSpan{0x3041, 0xa4cf},
                           CharacterSpan{0xa960, 0xa97f},   CharacterSpan{0xac00, 0xd7a3},
                           CharacterSpan{0xf900, 0xfaff},   CharacterSpan{0xfe10, 0xfe19},
                           CharacterSpan{0xfe30, 0xfe6f},   CharacterSpan{0xff00, 0xff60},
                           CharacterSpan{0xffe0, 0xffe6},   CharacterSpan{0x16fe0, 0x18aff},
                           CharacterSpan{0x1b000, 0x1b2ff}, CharacterSpan{0x1f000, 0x1f0ff},
                           CharacterSpan{0x1f18e, 0x1f19a}, CharacterSpan{0x1f200, 0x1f64f},
                           CharacterSpan{0x1f680, 0x1f6ff}, CharacterSpan{0x1f900, 0x1f9ff},
                           CharacterSpan{0x1fa70, 0x1faff}, CharacterSpan{0x20000, 0x3fffd}};

/// Combining marks and what has no width of its own.
constexpr std::array kZero{CharacterSpan{0x0300, 0x036f}, CharacterSpan{0x0591, 0x05bd},
                           CharacterSpan{0x064b, 0x065f}, CharacterSpan{0x1ab0, 0x1aff},
                           CharacterSpan{0x1dc0, 0x1dff}, CharacterSpan{0x200b, 0x200f},
                           CharacterSpan{0x20d0, 0x20ff}, CharacterSpan{0xfe00, 0xfe0f},
                           CharacterSpan{0xfe20, 0xfe2f}, CharacterSpan{0xe0100, 0xe01ef}};

std::size_t width_of(char32_t character) noexcept {
  if (character < 0x300) return 1;
  if (is_in(kZero, character)) return 0;
  return is_in(kWide, character) ? 2 : 1;
}

/// Bytes of the longest beginning that is at most so wide.
std::size_t bytes_within(std::string_view text, std::size_t columns) noexcept {
  std::string_view rest = text;
  std::size_t used = 0;
  while (!rest.empty()) {
    std::string_view after = rest;
    used += width_of(take_character(after));
    if (used > columns) break;
    rest = after;
  }
  return text.size() - rest.size();
}

void wrap_line(std::string_view line, std::size_t columns, bool clip_words, std::string& out) {
  const std::size_t indent = std::min(line.find_first_not_of(' '), line.size());
  const std::string next_line = "\n" + std::string(indent + 2, ' ');
  std::size_t at = 0;
  for (std::string_view rest = line; !rest.empty();) {
    // Blanks go with the word behind them, so that those inside a line stay as they are.
    const std::size_t begin = std::min(rest.find_first_not_of(' '), rest.size());
    const std::size_t end = std::min(rest.find(' ', begin), rest.size());
    std::string_view word = rest.substr(0, end);
    rest.remove_prefix(end);
    if (at > indent && at + columns_of(word) > columns) {
      out += next_line;
      at = indent + 2;
      word.remove_prefix(begin);
    }
    const std::size_t room = columns > at ? columns - at : 1;
    const std::string shown = clip_words ? clipped(word, room) : std::string(word);
    out += shown;
    at += columns_of(shown);
  }
}

}  // namespace

std::size_t columns_of(std::string_view text) noexcept {
  std::size_t columns = 0;
  while (!text.empty()) columns += width_of(take_character(text));
  return columns;
}

std::string clipped(std::string_view text, std::size_t columns) {
  constexpr std::string_view kDots = "...";
  if (bytes_within(text, columns) == text.size()) return std::string(text);
  if (columns <= kDots.size()) return std::string(kDots.substr(0, columns));
  std::string out(text.substr(0, bytes_within(text, columns - kDots.size())));
  return out.append(kDots);
}

std::string cell(std::string_view text, std::size_t columns) {
  std::string out = clipped(text, columns);
  out.append(columns - columns_of(out), ' ');
  return out;
}

std::size_t common_schema(const std::vector<std::string>& names, std::size_t columns) noexcept {
  if (names.empty()) return 0;
  const std::string_view first = names.front();
  const std::string_view schema = first.substr(0, first.find('.') + 1);  // no dot: nothing
  bool is_cut = false;
  for (const std::string& name : names) {
    if (!name.starts_with(schema)) return 0;
    is_cut = is_cut || columns_of(name) > columns;
  }
  return is_cut ? schema.size() : 0;
}

std::string wrapped(std::string_view text, std::size_t columns, bool clip_words) {
  std::string out;
  while (!text.empty()) {
    const std::size_t end = text.find('\n');
    const std::string_view line = text.substr(0, end);
    if (columns_of(line) <= columns) {
      out += line;
    } else {
      wrap_line(line, columns, clip_words, out);
    }
    if (end == std::string_view::npos) break;
    out += '\n';
    text.remove_prefix(end + 1);
  }
  return out;
}

std::string folded(std::string_view text, std::size_t columns) {
  constexpr std::string_view kNextLine = "\n  ";
  std::string out;
  while (!text.empty()) {
    std::string_view line = text.substr(0, text.find('\n'));
    text.remove_prefix(line.size());
    std::size_t fits = bytes_within(line, columns);
    while (fits < line.size()) {
      out.append(line.substr(0, fits)).append(kNextLine);
      line.remove_prefix(fits);
      // Room for one character at least.
      fits = bytes_within(line, std::max(columns, std::size_t{4}) - 2);
    }
    out += line;
    if (text.empty()) break;
    out += '\n';
    text.remove_prefix(1);
  }
  return out;
}

}  // namespace sluice::codec
