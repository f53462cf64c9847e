#include "sluice/mapping/json_object.h"

#include <algorithm>
#include <numeric>

#include <fmt/format.h>

namespace sluice::mapping {
namespace {

/// Insertions, deletions, changes and swaps of neighbors that turn one word into the other (optimal
/// string alignment).
std::size_t edit_distance(std::string_view a, std::string_view b) {
  std::vector<std::size_t> before_last(b.size() + 1);
  std::vector<std::size_t> last(b.size() + 1);
  std::vector<std::size_t> row(b.size() + 1);
  std::iota(last.begin(), last.end(), std::size_t{0});
  for (std::size_t i = 1; i <= a.size(); ++i) {
    row[0] = i;
    for (std::size_t j = 1; j <= b.size(); ++j) {
      const bool same = a[i - 1] == b[j - 1];
      row[j] = std::min({last[j] + 1, row[j - 1] + 1, last[j - 1] + (same ? 0 : 1)});
      if (i > 1 && j > 1 && a[i - 1] == b[j - 2] && a[i - 2] == b[j - 1]) {
        row[j] = std::min(row[j], before_last[j - 2] + 1);
      }
    }
    before_last.swap(last);
    last.swap(row);
  }
  return last[b.size()];
}

std::string joined(std::span<const std::string_view> words) {
  return fmt::format("{}", fmt::join(words, ", "));
}

std::string nearest_hint(std::string_view word, std::span<const std::string_view> candidates) {
  const std::string_view near = nearest(word, candidates);
  return near.empty() ? std::string() : fmt::format("did you mean \"{}\"?", near);
}

}  // namespace

std::string_view nearest(std::string_view word, std::span<const std::string_view> candidates) {
  // Far longer than any key: not worth the square of its length.
  constexpr std::size_t kMaxWord = 64;
  if (word.size() > kMaxWord) return {};
  // A word of which more than a third would have to change is another word, not a slip.
  std::size_t best = std::max<std::size_t>(1, word.size() / 3) + 1;
  std::string_view found;
  for (const std::string_view candidate : candidates) {
    const std::size_t distance = edit_distance(word, candidate);
    if (distance < best) {
      best = distance;
      found = candidate;
    }
  }
  return found;
}

std::string JsonProblems::where(const codec::JsonValue& value) const {
  const codec::JsonPosition position = document_.position(value);
  const std::string pointer = document_.pointer(value);
  return fmt::format("{}:{}:{} {}", document_.file(), position.line, position.column,
                     pointer.empty() ? std::string_view("/") : std::string_view(pointer));
}

void JsonProblems::error(const codec::JsonValue& at, std::string_view rule, std::string message,
                         std::string action) {
  findings_.push_back({model::Severity::error, std::string(rule), where(at), std::move(message),
                       std::move(action)});
}

void JsonProblems::warning(const codec::JsonValue& at, std::string_view rule, std::string message,
                           std::string action) {
  findings_.push_back({model::Severity::warning, std::string(rule), where(at), std::move(message),
                       std::move(action)});
}

void JsonProblems::error_at_key(const codec::JsonValue& object, const codec::JsonMember& member,
                                std::string_view rule, std::string message, std::string action) {
  const codec::JsonPosition position = document_.position(member.key_offset);
  std::string where =
      fmt::format("{}:{}:{} {}/{}", document_.file(), position.line, position.column,
                  document_.pointer(object), codec::escape_json_pointer(member.key));
  findings_.push_back({model::Severity::error, std::string(rule), std::move(where),
                       std::move(message), std::move(action)});
}

void JsonProblems::report_duplicates() {
  for (const codec::JsonDuplicate& duplicate : document_.duplicates()) {
    const codec::JsonPosition position = document_.position(duplicate.offset);
    findings_.push_back({model::Severity::error, "duplicate-key",
                         fmt::format("{}:{}:{} {}", document_.file(), position.line,
                                     position.column, duplicate.pointer),
                         "the key stands twice in one object", "remove one of the two"});
  }
}

ObjectReader::ObjectReader(const codec::JsonValue& value, const ObjectShape& shape,
                           JsonProblems& problems)
    : value_(value), problems_(problems) {
  if (!value.is_object()) {
    problems.error(value, "wrong-type",
                   fmt::format("an object is wanted here, not {}", to_string(value.kind())),
                   fmt::format("its keys are: {}", joined(shape.keys)));
    return;
  }
  for (const codec::JsonMember& member : value.members()) {
    const std::string_view key = member.key;
    if (std::ranges::find(shape.keys, key) != shape.keys.end()) continue;
    if (std::ranges::find(shape.refused, key) != shape.refused.end()) continue;
    if (shape.takes_note && member.key == kNoteKey) {
      (void)read_text(member.value, problems);
      continue;
    }
    const std::string_view near = nearest(member.key, shape.keys);
    problems.error_at_key(value, member, "unknown-key",
                          fmt::format("unknown key \"{}\"", member.key),
                          near.empty() ? fmt::format("known keys are: {}", joined(shape.keys))
                                       : fmt::format("did you mean \"{}\"?", near));
  }
}

const codec::JsonValue* ObjectReader::find(std::string_view key) const noexcept {
  return value_.find(key);
}

const codec::JsonValue* ObjectReader::required(std::string_view key) {
  const codec::JsonValue* found = value_.find(key);
  if (found == nullptr && value_.is_object()) {
    problems_.error(value_, "missing-key", fmt::format("the key \"{}\" is missing", key));
  }
  return found;
}

std::string ObjectReader::text(std::string_view key, std::string fallback) {
  const codec::JsonValue* found = value_.find(key);
  return found == nullptr ? std::move(fallback) : read_text(*found, problems_);
}

std::string ObjectReader::required_text(std::string_view key) {
  const codec::JsonValue* found = required(key);
  if (found == nullptr) return {};
  std::string content = read_text(*found, problems_);
  if (content.empty() && found->is_string()) {
    problems_.error(*found, "empty-text", fmt::format("\"{}\" must not be empty", key));
  }
  return content;
}

bool ObjectReader::boolean(std::string_view key, bool fallback) {
  const codec::JsonValue* found = value_.find(key);
  if (found == nullptr) return fallback;
  if (found->is_bool()) return found->as_bool();
  problems_.error(*found, "wrong-type",
                  fmt::format("true or false is wanted here, not {}", to_string(found->kind())));
  return fallback;
}

std::optional<std::int64_t> ObjectReader::integer(std::string_view key, std::int64_t min,
                                                  std::int64_t max) {
  const codec::JsonValue* found = value_.find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_integer()) {
    problems_.error(*found, "wrong-type",
                    fmt::format("an integer is wanted here, not {}", to_string(found->kind())));
    return std::nullopt;
  }
  if (found->as_integer() < min || found->as_integer() > max) {
    problems_.error(*found, "out-of-range",
                    fmt::format("\"{}\" must be from {} to {}", key, min, max));
    return std::nullopt;
  }
  return found->as_integer();
}

std::optional<std::size_t> ObjectReader::choice(std::string_view key,
                                                std::span<const std::string_view> allowed) {
  const codec::JsonValue* found = value_.find(key);
  if (found == nullptr) return std::nullopt;
  if (!found->is_string()) {
    (void)read_text(*found, problems_);
    return std::nullopt;
  }
  const auto at = std::ranges::find(allowed, std::string_view(found->as_string()));
  if (at != allowed.end()) return static_cast<std::size_t>(at - allowed.begin());
  problems_.error(*found, "unknown-word",
                  fmt::format("\"{}\" is not one of: {}", found->as_string(), joined(allowed)),
                  nearest_hint(found->as_string(), allowed));
  return std::nullopt;
}

std::span<const codec::JsonValue> ObjectReader::items(std::string_view key) {
  const codec::JsonValue* found = value_.find(key);
  if (found == nullptr) return {};
  if (found->is_array()) return found->items();
  problems_.error(*found, "wrong-type",
                  fmt::format("an array is wanted here, not {}", to_string(found->kind())));
  return {};
}

std::vector<std::string> ObjectReader::texts(std::string_view key) {
  std::vector<std::string> out;
  for (const codec::JsonValue& item : items(key)) out.push_back(read_text(item, problems_));
  return out;
}

std::string read_text(const codec::JsonValue& value, JsonProblems& problems) {
  if (value.is_string()) return value.as_string();
  problems.error(value, "wrong-type",
                 fmt::format("a text is wanted here, not {}", to_string(value.kind())));
  return {};
}

}  // namespace sluice::mapping
