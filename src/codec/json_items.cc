#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sluice/codec/json_read.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

#include "json_scan.h"

namespace sluice::codec {
namespace {

/// Goes over a text that is JSON.
class Walker {
 public:
  explicit Walker(std::string_view text) : text_(text) {}

  [[nodiscard]] std::size_t at() const noexcept { return at_; }
  [[nodiscard]] char peek() const noexcept { return at_ < text_.size() ? text_[at_] : '\0'; }
  void skip_space() { at_ = std::min(text_.find_first_not_of(" \n\r\t", at_), text_.size()); }
  bool take(char c) {
    if (peek() != c) return false;
    ++at_;
    skip_space();
    return true;
  }
  /// One value, and the white space behind it; without that space.
  std::string_view value() {
    const std::size_t begin = at_;
    skip_value();
    const std::size_t end = at_;
    skip_space();
    return text_.substr(begin, end - begin);
  }

 private:
  void skip_string() {
    for (++at_; peek() != '"' && at_ < text_.size(); ++at_) {
      if (peek() == '\\') ++at_;
    }
    ++at_;
  }
  void skip_value() {
    int depth = 0;
    do {
      const char c = peek();
      if (c == '"') {
        skip_string();
        continue;
      }
      if (depth == 0 && c != '{' && c != '[') {
        at_ = std::min(text_.find_first_of(",]} \n\r\t", at_), text_.size());
        return;
      }
      if (c == '{' || c == '[') ++depth;
      if (c == '}' || c == ']') --depth;
      ++at_;
    } while (depth > 0 && at_ < text_.size());
  }

  std::string_view text_;
  std::size_t at_ = 0;
};

struct Items {
  std::size_t begin = 0;  // behind the opening bracket
  std::size_t end = 0;    // of the closing one
  std::vector<std::string_view> texts;
};

/// The items of the root's first member of that name, where it is an array.
Items items_of(std::string_view text, std::string_view key) {
  const std::string quoted = '"' + std::string(key) + '"';
  Walker walker(text);
  walker.skip_space();
  if (!walker.take('{')) return {};
  while (walker.peek() == '"') {
    const bool found = walker.value() == quoted;
    walker.take(':');
    if (found && walker.take('[')) {
      Items items{walker.at(), 0, {}};
      while (walker.peek() != ']' && walker.at() < text.size()) {
        items.texts.push_back(walker.value());
        walker.take(',');
      }
      items.end = walker.at();
      return items;
    }
    static_cast<void>(walker.value());
    walker.take(',');
  }
  return {};
}

}  // namespace

JsonApart parse_json_apart(std::string_view text, std::string_view file, std::string_view key) {
  // What is no JSON has no items; the whole says what is wrong with it.
  if (!is_utf8(text) || find_json_fault(text, {kJsonMaxDepth, true})) {
    return {parse_json_or_throw(text, file), {}};
  }
  Items items = items_of(text, key);
  const std::string rest = std::string(text.substr(0, items.begin)).append(text.substr(items.end));
  return {parse_json_or_throw(rest, file), std::move(items.texts)};
}

}  // namespace sluice::codec
