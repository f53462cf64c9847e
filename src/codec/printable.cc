#include "sluice/codec/printable.h"

#include <fmt/format.h>

#include "sluice/codec/utf8.h"

namespace sluice::codec {
namespace {

unsigned char byte_of(std::string_view text, std::size_t at) noexcept {
  return static_cast<unsigned char>(text[at]);
}

/// Bytes at the beginning that make a character which must not be shown as it is; 0: it may.
/// REQUIRES: valid UTF-8.
std::size_t steering_bytes(std::string_view text) noexcept {
  const unsigned char first = byte_of(text, 0);
  if (first < 0x20 || first == 0x7f) return 1;
  // U+0080 to U+009F: control characters too, U+009B begins what ESC [ begins.
  if (first == 0xc2 && byte_of(text, 1) < 0xa0) return 2;
  if (first != 0xe2) return 0;
  // U+2028 to U+202E and U+2066 to U+2069: other line ends, and marks that show what follows in
  // another order.
  const unsigned char second = byte_of(text, 1);
  const unsigned char third = byte_of(text, 2);
  const bool turns = (second == 0x80 && third >= 0xa8 && third <= 0xae) ||
                     (second == 0x81 && third >= 0xa6 && third <= 0xa9);
  return turns ? 3 : 0;
}

/// The same of bytes that are no UTF-8: of those nothing beyond ASCII is shown.
std::size_t unshown_bytes(std::string_view text) noexcept {
  const unsigned char first = byte_of(text, 0);
  return first < 0x20 || first >= 0x7f ? 1 : 0;
}

std::string printable(std::string_view text, std::string_view line_feed) {
  const bool is_text = is_utf8(text);
  std::string out;
  out.reserve(text.size());
  while (!text.empty()) {
    std::size_t size = is_text ? steering_bytes(text) : unshown_bytes(text);
    if (text[0] == '\n') {
      out += line_feed;
    } else if (size == 0) {
      out += text[size++];
    } else {
      for (const char c : text.substr(0, size)) {
        out += fmt::format("\\x{:02x}", static_cast<unsigned char>(c));
      }
    }
    text.remove_prefix(size);
  }
  return out;
}

}  // namespace

std::string printable_text(std::string_view text) { return printable(text, "\n"); }

std::string printable_line(std::string_view text) { return printable(text, "\\n"); }

}  // namespace sluice::codec
