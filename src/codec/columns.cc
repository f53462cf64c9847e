#include "sluice/codec/columns.h"

#include <algorithm>
#include <array>
#include <cstdint>

namespace sluice::codec {
namespace {

struct Span {
  char32_t first;
  char32_t last;
};

/// Blocks of Unicode 15 whose characters are wide (UAX #11), whole where nearly all of them are.
constexpr std::array kWide{
    Span{0x1100, 0x115f},   Span{0x231a, 0x231b},   Span{0x2329, 0x232a},   Span{0x23e9, 0x23ec},
    Span{0x2e80, 0x303e},   Span{0x3041, 0xa4cf},   Span{0xa960, 0xa97f},   Span{0xac00, 0xd7a3},
    Span{0xf900, 0xfaff},   Span{0xfe10, 0xfe19},   Span{0xfe30, 0xfe6f},   Span{0xff00, 0xff60},
    Span{0xffe0, 0xffe6},   Span{0x16fe0, 0x18aff}, Span{0x1b000, 0x1b2ff}, Span{0x1f000, 0x1f0ff},
    Span{0x1f18e, 0x1f19a}, Span{0x1f200, 0x1f64f}, Span{0x1f680, 0x1f6ff}, Span{0x1f900, 0x1f9ff},
    Span{0x1fa70, 0x1faff}, Span{0x20000, 0x3fffd}};

/// Combining marks and what has no width of its own.
constexpr std::array kZero{Span{0x0300, 0x036f},  Span{0x0591, 0x05bd}, Span{0x064b, 0x065f},
                           Span{0x1ab0, 0x1aff},  Span{0x1dc0, 0x1dff}, Span{0x200b, 0x200f},
                           Span{0x20d0, 0x20ff},  Span{0xfe00, 0xfe0f}, Span{0xfe20, 0xfe2f},
                           Span{0xe0100, 0xe01ef}};

template <std::size_t N>
bool is_in(const std::array<Span, N>& spans, char32_t character) noexcept {
  return std::ranges::any_of(spans, [character](const Span& span) {
    return character >= span.first && character <= span.last;
  });
}

std::size_t width_of(char32_t character) noexcept {
  if (character < 0x300) return 1;
  if (is_in(kZero, character)) return 0;
  return is_in(kWide, character) ? 2 : 1;
}

/// Takes the first character off. A byte that begins none counts as a character of its own.
char32_t take(std::string_view& text) noexcept {
  const auto first = static_cast<std::uint8_t>(text.front());
  const std::size_t length = first < 0xc0 ? 1 : first < 0xe0 ? 2 : first < 0xf0 ? 3 : 4;
  char32_t character = length == 1 ? first : first & (0x7fU >> length);
  const std::size_t size = std::min(length, text.size());
  for (std::size_t i = 1; i < size; ++i) {
    character = character << 6U | (static_cast<std::uint8_t>(text[i]) & 0x3fU);
  }
  text.remove_prefix(size);
  return character;
}

/// Bytes of the longest beginning that is at most so wide.
std::size_t bytes_within(std::string_view text, std::size_t columns) noexcept {
  std::string_view rest = text;
  std::size_t used = 0;
  while (!rest.empty()) {
    std::string_view after = rest;
    used += width_of(take(after));
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
  while (!text.empty()) columns += width_of(take(text));
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
