#include "db/shown_statement.h"

#include <cctype>

namespace sluice::db {
namespace {

constexpr std::size_t kCharacters = 60;
constexpr std::string_view kCut = "...";

bool is_blank(char c) noexcept { return c == ' ' || (c >= '\t' && c <= '\r'); }

bool is_word(char c) noexcept {
  return std::isalnum(static_cast<unsigned char>(c)) != 0 || c == '_';
}

bool begins_character(char c) noexcept { return (static_cast<unsigned char>(c) & 0xc0U) != 0x80; }

/// Takes a statement apart from its beginning on.
class Shown {
 public:
  Shown(model::Engine engine, std::string_view sql)
      : is_mysql_(model::is_mysql_family(engine)), rest_(sql) {}

  std::string text() {
    while (!rest_.empty() && !ends_) step();
    while (out_.ends_with(' ')) out_.pop_back();
    return ends_ ? out_ + std::string(kCut) : out_;
  }

 private:
  void step() {
    const char c = rest_.front();
    const bool is_text = c == '\'' || (is_mysql_ && c == '"');
    if (begins_unsure()) {
      ends_ = true;
    } else if (is_text) {
      hide_text(c);
    } else if (c == '"' || (is_mysql_ && c == '`')) {
      keep_name(c);
    } else if (std::isdigit(static_cast<unsigned char>(c)) != 0 &&
               (out_.empty() || (!is_word(out_.back()) && out_.back() != '$'))) {
      hide_number();
    } else {
      put(is_blank(c) ? ' ' : c);
      rest_.remove_prefix(1);
    }
  }

  [[nodiscard]] bool begins_unsure() const {
    const bool dollar_quote = !is_mysql_ && rest_.front() == '$' && rest_.size() > 1 &&
                              std::isdigit(static_cast<unsigned char>(rest_[1])) == 0;
    return rest_.starts_with("--") || rest_.starts_with("/*") || dollar_quote ||
           (is_mysql_ && rest_.front() == '#');
  }

  /// What is between quotes is '?'.
  void hide_text(char quote) {
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos ||
        rest_.substr(0, end).find('\\') != std::string_view::npos) {
      ends_ = true;
      return;
    }
    rest_.remove_prefix(end + 1);
    // A doubled quote goes on with the same text.
    if (!rest_.empty() && rest_.front() == quote) return;
    put('?');
  }

  void hide_number() {
    while (!rest_.empty() && (is_word(rest_.front()) || rest_.front() == '.')) {
      rest_.remove_prefix(1);
    }
    put('?');
  }

  void keep_name(char quote) {
    const std::size_t end = rest_.find(quote, 1);
    if (end == std::string_view::npos) {
      ends_ = true;
      return;
    }
    for (const char c : rest_.substr(0, end + 1)) put(c);
    rest_.remove_prefix(end + 1);
  }

  void put(char c) {
    if (ends_ || (c == ' ' && (out_.empty() || out_.back() == ' '))) return;
    if (begins_character(c) && ++characters_ > kCharacters - kCut.size()) {
      ends_ = true;
      return;
    }
    out_ += c;
  }

  bool is_mysql_;
  std::string_view rest_;
  std::string out_;
  std::size_t characters_ = 0;
  bool ends_ = false;
};

}  // namespace

std::string shown_statement(model::Engine engine, std::string_view sql) {
  return Shown(engine, sql).text();
}

}  // namespace sluice::db
