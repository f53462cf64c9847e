#include "profile/text_table.h"

#include <algorithm>

#include "sluice/codec/printable.h"
#include "sluice/codec/utf8.h"

namespace sluice::profile {
namespace {

constexpr std::size_t kGap = 2;
constexpr std::size_t kNoteIndent = 4;
/// No column takes more than this for the sake of one long cell.
constexpr std::size_t kMaxColumn = 30;

/// The lines of a cell that wraps at `width`; a word that is longer stays whole.
std::vector<std::string> wrapped(const std::string& cell, std::size_t width) {
  std::vector<std::string> lines{""};
  std::size_t start = 0;
  while (start <= cell.size()) {
    const std::size_t end = std::min(cell.find(' ', start), cell.size());
    const std::string word = cell.substr(start, end - start);
    start = end + 1;
    const std::size_t length = codec::count_chars(lines.back());
    if (length == 0) {
      lines.back() = word;
    } else if (length + 1 + codec::count_chars(word) <= width) {
      lines.back() += " " + word;
    } else {
      lines.push_back(word);
    }
  }
  return lines;
}

/// Collects a row's text; knows where on its line it stands.
class RowText {
 public:
  void move_to(std::size_t column) {
    if (at_ > column) new_line();
    line_.append(column - at_, ' ');
    at_ = column;
  }
  void add(const std::string& cell) {
    line_ += cell;
    at_ += codec::count_chars(cell);
  }
  void new_line() {
    while (line_.ends_with(' ')) line_.pop_back();
    text_ += line_ + "\n";
    line_.clear();
    at_ = 0;
  }
  [[nodiscard]] std::string take() {
    new_line();
    return std::move(text_);
  }

 private:
  std::string text_;
  std::string line_;
  std::size_t at_ = 0;
};

}  // namespace

void TextTable::add_row(const std::vector<std::string>& cells) {
  Line& row = lines_.emplace_back();
  for (const std::string& cell : cells) row.cells.push_back(codec::printable_line(cell));
  row.cells.resize(align_.size());
}

void TextTable::add_note(const std::string& text) {
  lines_.push_back({true, {codec::printable_line(text)}});
}

std::vector<std::size_t> TextTable::column_widths() const {
  std::vector<std::size_t> widths(align_.size(), 0);
  for (const Line& row : lines_) {
    if (row.is_note) continue;
    for (std::size_t i = 0; i < widths.size(); ++i) {
      widths[i] = std::max(widths[i], std::min(codec::count_chars(row.cells[i]), kMaxColumn));
    }
  }
  return widths;
}

std::string TextTable::row_text(const Line& row, const std::vector<std::size_t>& widths) const {
  RowText out;
  std::size_t column = indent_;
  for (std::size_t i = 0; i + 1 < widths.size(); ++i) {
    const std::string& cell = row.cells[i];
    const std::size_t length = codec::count_chars(cell);
    const bool right = align_[i] == 'r' && length < widths[i];
    out.move_to(column + (right ? widths[i] - length : 0));
    out.add(cell);
    column += widths[i] + kGap;
  }
  const std::size_t left = width_ > column ? width_ - column : 1;
  for (const std::string& line : wrapped(row.cells.back(), left)) {
    out.move_to(column);
    out.add(line);
  }
  return out.take();
}

std::string TextTable::note_text(const Line& note) const {
  RowText out;
  const std::size_t column = indent_ + kNoteIndent;
  for (const std::string& line : wrapped(note.cells.front(), width_ - column)) {
    out.move_to(column);
    out.add(line);
  }
  return out.take();
}

std::string TextTable::text() const {
  const std::vector<std::size_t> widths = column_widths();
  std::string text;
  for (const Line& line : lines_) {
    text += line.is_note ? note_text(line) : row_text(line, widths);
  }
  return text;
}

}  // namespace sluice::profile
