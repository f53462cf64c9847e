#include "mapping/text_steps.h"

#include <algorithm>

#include "sluice/codec/utf8.h"

namespace sluice::mapping {

using codec::Problem;

namespace {

constexpr std::string_view kNoBreakSpace = "\xC2\xA0";

bool is_space(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }
bool is_digit(char c) noexcept { return c >= '0' && c <= '9'; }
char lower(char c) noexcept {
  return c >= 'A' && c <= 'Z' ? static_cast<char>(c + ('a' - 'A')) : c;
}
char upper(char c) noexcept {
  return c >= 'a' && c <= 'z' ? static_cast<char>(c - ('a' - 'A')) : c;
}

/// Bytes of the white space at the start; 0 where there is none.
std::size_t leading_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (is_space(text.front())) return 1;
  return text.starts_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
}

std::size_t trailing_space(std::string_view text) noexcept {
  if (text.empty()) return 0;
  if (is_space(text.back())) return 1;
  return text.ends_with(kNoBreakSpace) ? kNoBreakSpace.size() : 0;
}

/// True where collapsing would change nothing.
bool is_collapsed(std::string_view text) noexcept {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const std::size_t space = leading_space(text.substr(i));
    if (space == 0) continue;
    if (text[i] != ' ' || leading_space(text.substr(i + 1)) != 0) return false;
  }
  return true;
}

bool starts_with_any_case(std::string_view text, std::string_view prefix) noexcept {
  return text.size() >= prefix.size() &&
         std::equal(prefix.begin(), prefix.end(), text.begin(),
                    [](char a, char b) { return lower(a) == lower(b); });
}

/// Appends the digits of "1.234.567" without its group characters; false where the groups are not
/// of three digits.
bool append_groups(std::string_view digits, std::optional<char> group, std::string& out) {
  if (!group || digits.find(*group) == std::string_view::npos) {
    out.append(digits);
    return !digits.empty() && std::ranges::all_of(digits, is_digit);
  }
  std::size_t start = 0;
  while (true) {
    const std::size_t end = std::min(digits.find(*group, start), digits.size());
    const std::size_t length = end - start;
    const bool first = start == 0;
    if (first ? length < 1 || length > 3 : length != 3) return false;
    const std::string_view part = digits.substr(start, length);
    if (!std::ranges::all_of(part, is_digit)) return false;
    out.append(part);
    if (end == digits.size()) return true;
    start = end + 1;
  }
}

}  // namespace

std::string_view trimmed(std::string_view text) noexcept {
  while (const std::size_t bytes = leading_space(text)) text.remove_prefix(bytes);
  while (const std::size_t bytes = trailing_space(text)) text.remove_suffix(bytes);
  return text;
}

namespace {

/// Whether some other value of the source becomes the same new value.
bool merges(const ValueMap& map, const std::optional<std::string>& new_value) {
  const auto same = [&](const auto& entry) { return entry.second == new_value; };
  const auto is_old = [&](const auto& entry) { return entry.first == *new_value; };
  if (!new_value || std::ranges::count_if(map.entries, same) > 1) return true;
  if (map.otherwise.kind == Otherwise::Kind::value) return map.otherwise.value == *new_value;
  return map.otherwise.kind == Otherwise::Kind::keep && std::ranges::none_of(map.entries, is_old);
}

}  // namespace

CompiledMap::CompiledMap(const ValueMap& map) : otherwise_(map.otherwise) {
  for (const auto& [old_value, new_value] : map.entries) {
    entries_.push_back({old_value, new_value, merges(map, new_value)});
  }
  std::ranges::sort(entries_, {}, &Entry::old_value);
}

Problem CompiledMap::apply(TextValue& value) const {
  const auto at = std::ranges::lower_bound(
      entries_, value.view, {}, [](const Entry& e) { return std::string_view(e.old_value); });
  if (at != entries_.end() && at->old_value == value.view) {
    value.lost = value.lost || at->merges;
    value.null = !at->new_value.has_value();
    value.view = value.null ? std::string_view() : std::string_view(*at->new_value);
    return Problem::none;
  }
  switch (otherwise_.kind) {
    case Otherwise::Kind::quarantine:
      return Problem::unmapped_value;
    case Otherwise::Kind::keep:
      return Problem::none;
    case Otherwise::Kind::value:
      value.view = otherwise_.value;
      break;
    case Otherwise::Kind::null:
      value.null = true;
      value.view = {};
      break;
  }
  value.lost = true;
  return Problem::none;
}

Problem apply_step(const Trim&, TextValue& value, TextBuffers&) {
  const std::string_view rest = trimmed(value.view);
  value.lost = value.lost || rest.size() != value.view.size();
  value.view = rest;
  return Problem::none;
}

Problem apply_step(const CollapseSpaces&, TextValue& value, TextBuffers& buffers) {
  if (is_collapsed(value.view)) return Problem::none;
  std::string& out = buffers.other(value.view);
  std::string_view text = value.view;
  while (!text.empty()) {
    const std::size_t space = leading_space(text);
    if (space == 0) {
      out += text.front();
      text.remove_prefix(1);
      continue;
    }
    out += ' ';
    while (const std::size_t more = leading_space(text)) text.remove_prefix(more);
  }
  value.view = out;
  value.lost = true;
  return Problem::none;
}

Problem apply_step(const ChangeCase& step, TextValue& value, TextBuffers& buffers) {
  const auto change = step.to == ChangeCase::To::lower ? lower : upper;
  if (std::ranges::all_of(value.view, [&](char c) { return change(c) == c; })) return Problem::none;
  std::string& out = buffers.other(value.view);
  out.resize(value.view.size());
  std::ranges::transform(value.view, out.begin(), change);
  value.view = out;
  value.lost = true;
  return Problem::none;
}

Problem apply_step(const NullIf& step, TextValue& value, TextBuffers&) {
  if (std::ranges::find(step.texts, value.view) == step.texts.end()) return Problem::none;
  value.null = true;
  value.lost = true;
  value.view = {};
  return Problem::none;
}

Problem apply_step(const ParseNumber& step, TextValue& value, TextBuffers& buffers) {
  std::string_view text = value.view;
  std::string& out = buffers.other(value.view);
  if (!text.empty() && (text.front() == '-' || text.front() == '+')) {
    if (text.front() == '-') out += '-';
    text.remove_prefix(1);
  }
  const std::size_t point = text.find(step.decimal);
  if (!append_groups(text.substr(0, point), step.group, out)) return Problem::not_a_number;
  if (point != std::string_view::npos) {
    const std::string_view fraction = text.substr(point + 1);
    if (fraction.empty() || !std::ranges::all_of(fraction, is_digit)) return Problem::not_a_number;
    out += '.';
    out += fraction;
  }
  value.view = out;
  return Problem::none;
}

Problem apply_step(const Truncate& step, TextValue& value, TextBuffers&) {
  if (!codec::is_longer_than(value.view, step.characters)) return Problem::none;
  std::size_t bytes = 0;
  for (std::size_t left = step.characters; left > 0; --left) {
    ++bytes;
    while (bytes < value.view.size() &&
           (static_cast<unsigned char>(value.view[bytes]) & 0xC0U) == 0x80U)
      ++bytes;
  }
  value.view = value.view.substr(0, bytes);
  value.lost = true;
  return Problem::none;
}

Problem apply_step(const StripPrefixes& step, TextValue& value, TextBuffers&) {
  while (true) {
    std::size_t longest = 0;
    for (const std::string& prefix : step.prefixes) {
      if (starts_with_any_case(value.view, prefix)) longest = std::max(longest, prefix.size());
    }
    if (longest == 0) return Problem::none;
    value.view.remove_prefix(longest);
    value.lost = true;
  }
}

}  // namespace sluice::mapping
