#include "sluice/codec/latin1.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <cstring>
#include <iterator>
#include <optional>

#include "sluice/codec/ascii.h"
#include "sluice/codec/utf8.h"

namespace sluice::codec {
namespace {

/// What the bytes 80 to 9F stand for. Every other byte stands for the character of its number.
constexpr char16_t kHighControls[] = {
    0x20AC, 0x0081, 0x201A, 0x0192, 0x201E, 0x2026, 0x2020, 0x2021,  //
    0x02C6, 0x2030, 0x0160, 0x2039, 0x0152, 0x008D, 0x017D, 0x008F,  //
    0x0090, 0x2018, 0x2019, 0x201C, 0x201D, 0x2022, 0x2013, 0x2014,  //
    0x02DC, 0x2122, 0x0161, 0x203A, 0x0153, 0x009D, 0x017E, 0x0178};
constexpr unsigned kFirstHighControl = 0x80;
constexpr unsigned kFirstHighLetter = 0xA0;
constexpr unsigned kLastByte = 0xFF;

unsigned byte_at(std::string_view text, std::size_t at) {
  return static_cast<unsigned char>(text[at]);
}

bool is_continuation(unsigned byte) { return (byte & 0xC0U) == 0x80U; }

/// Bytes of the character that begins with this one; 0 where none does.
std::size_t length_from(unsigned lead) {
  if (lead < 0x80U) return 1;
  if (lead >= 0xC2U && lead <= 0xDFU) return 2;
  if ((lead & 0xF0U) == 0xE0U) return 3;
  return lead >= 0xF0U && lead <= 0xF4U ? 4 : 0;
}

/// The character at the front, taken off; nothing where there is none of at most three bytes, which
/// all of latin1 have.
std::optional<unsigned> take_character(std::string_view& text) {
  const unsigned lead = byte_at(text, 0);
  const std::size_t length = length_from(lead);
  if (length == 0 || length > 3 || length > text.size()) return std::nullopt;
  unsigned character = length == 1 ? lead : lead & (length == 2 ? 0x1FU : 0x0FU);
  for (std::size_t i = 1; i < length; ++i) {
    if (!is_continuation(byte_at(text, i))) return std::nullopt;
    character = (character << 6U) | (byte_at(text, i) & 0x3FU);
  }
  constexpr unsigned kFirstOfThree = 0x800;  // smaller ones have a shorter form, the only valid one
  if (length == 3 && character < kFirstOfThree) return std::nullopt;
  text.remove_prefix(length);
  return character;
}

std::optional<unsigned> latin1_byte(unsigned character) {
  const bool is_itself =
      character < kFirstHighControl || (character >= kFirstHighLetter && character <= kLastByte);
  if (is_itself) return character;
  const auto* const found =
      std::find(std::begin(kHighControls), std::end(kHighControls), character);
  if (found == std::end(kHighControls)) return std::nullopt;
  return kFirstHighControl + static_cast<unsigned>(found - std::begin(kHighControls));
}

/// The byte of the character at the front, which is taken off; nothing where it has none.
std::optional<unsigned> take_byte(std::string_view& text) {
  const std::optional<unsigned> character = take_character(text);
  return character ? latin1_byte(*character) : std::nullopt;
}

/// Whether the first byte beyond ASCII begins a character of UTF-8. Nearly every text of latin1
/// ends here: an accent stands before a letter. REQUIRES: not ASCII.
bool may_be_utf8(std::string_view text) {
  while (byte_at(text, 0) < kFirstHighControl) text.remove_prefix(1);
  const std::optional<unsigned> lead = take_byte(text);
  if (!lead || length_from(*lead) < 2 || text.empty()) return false;
  const std::optional<unsigned> second = take_byte(text);
  return second && is_continuation(*second);
}

/// The bytes without a last character that ends too early.
std::string_view without_cut_character(std::string_view bytes) {
  std::size_t continuations = 0;
  while (continuations < 3 && continuations < bytes.size() &&
         is_continuation(byte_at(bytes, bytes.size() - 1 - continuations))) {
    ++continuations;
  }
  if (continuations == bytes.size()) return bytes;
  const std::size_t lead = bytes.size() - 1 - continuations;
  const bool is_cut = length_from(byte_at(bytes, lead)) > continuations + 1;
  return is_cut ? bytes.substr(0, lead) : bytes;
}

}  // namespace

bool append_latin1(std::string_view text, std::string& out) {
  const std::size_t before = out.size();
  while (!text.empty()) {
    const std::optional<unsigned> byte = take_byte(text);
    if (!byte) {
      out.resize(before);
      return false;
    }
    out += static_cast<char>(*byte);
  }
  return true;
}

Latin1Bytes look_at_latin1(std::string_view text, std::string& bytes) {
  if (is_ascii(text)) return Latin1Bytes::ascii;
  if (!may_be_utf8(text)) return Latin1Bytes::latin1;
  bytes.clear();
  if (!append_latin1(text, bytes)) return Latin1Bytes::latin1;
  if (is_utf8(bytes)) return Latin1Bytes::utf8;
  const std::string_view whole = without_cut_character(bytes);
  const bool is_cut = whole.size() < bytes.size() && !is_ascii(whole) && is_utf8(whole);
  return is_cut ? Latin1Bytes::cut_utf8 : Latin1Bytes::latin1;
}

}  // namespace sluice::codec
