#include "sluice/codec/printable.h"

#include <array>

#include <fmt/format.h>

#include "sluice/codec/utf8.h"

#include "codec/characters.h"

namespace sluice::codec {
namespace {

/// What a reader does not see as it is: control characters, other line ends, marks that turn the
/// direction of text, and all that Unicode 15 wants to be shown as nothing
/// (Default_Ignorable_Code_Point, DerivedCoreProperties.txt), those kept for later included: two
/// names that look alike would differ in them, and text could hide in them.
constexpr std::array kUnshown{
    CharacterSpan{0x00, 0x1f},        // control characters
    CharacterSpan{0x7f, 0x9f},        // U+009B begins what ESC [ begins
    CharacterSpan{0xad, 0xad},        // soft hyphen
    CharacterSpan{0x34f, 0x34f},      // joins marks
    CharacterSpan{0x61c, 0x61c},      // Arabic mark of direction
    CharacterSpan{0x115f, 0x1160},    // fillers of Hangul
    CharacterSpan{0x17b4, 0x17b5},    // vowels of Khmer that are not written
    CharacterSpan{0x180b, 0x180f},    // Mongolian selectors and separator
    CharacterSpan{0x200b, 0x200f},    // no width; marks of direction
    CharacterSpan{0x2028, 0x202e},    // line ends; direction
    CharacterSpan{0x2060, 0x206f},    // no width; operators that are not written; direction
    CharacterSpan{0x3164, 0x3164},    // filler of Hangul
    CharacterSpan{0xfe00, 0xfe0f},    // variation selectors
    CharacterSpan{0xfeff, 0xfeff},    // byte order mark
    CharacterSpan{0xffa0, 0xffa0},    // filler of Hangul
    CharacterSpan{0xfff0, 0xfffb},    // kept for later; marks of annotations
    CharacterSpan{0x1bca0, 0x1bca3},  // of shorthand
    CharacterSpan{0x1d173, 0x1d17a},  // of music
    CharacterSpan{0xe0000, 0xe0fff},  // tags, variation selectors
};

/// Bytes that are no UTF-8: of those nothing beyond ASCII is shown.
bool is_shown_byte(char byte) noexcept { return byte >= 0x20 && byte < 0x7f; }

/// Takes the first character off; of bytes that are no UTF-8 the first byte. Returns whether it may
/// be shown as it is.
bool take_shown(std::string_view& text, bool is_text) noexcept {
  if (is_text) return !is_in(kUnshown, take_character(text));
  const bool is_shown = is_shown_byte(text.front());
  text.remove_prefix(1);
  return is_shown;
}

std::string printable(std::string_view text, std::string_view line_feed) {
  const bool is_text = is_utf8(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::string_view rest = text;
    const bool is_shown = take_shown(rest, is_text);
    const std::string_view character = text.substr(0, text.size() - rest.size());
    text = rest;
    if (character == "\n") {
      out += line_feed;
    } else if (is_shown) {
      out += character;
    } else {
      for (const char c : character) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
  }
  return out;
}

}  // namespace

std::string printable_text(std::string_view text) { return printable(text, "\n"); }

std::string printable_line(std::string_view text) { return printable(text, "\\n"); }

}  // namespace sluice::codec
