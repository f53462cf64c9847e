#pragma once

#include <cstddef>
#include <string>
#include <string_view>
#include <vector>

namespace sluice::profile {

/// Rows of cells in aligned columns, each of them a printable line (codec/printable.h). The last
/// column wraps between words; a cell that is wider than its column pushes the rest of its row onto
/// the next line, so that nothing is ever cut off.
class TextTable {
 public:
  /// `align`: one letter for each column, 'l' or 'r'.
  TextTable(std::string_view align, std::size_t indent, std::size_t width)
      : align_(align), indent_(indent), width_(width) {}

  /// Cells are made printable here.
  void add_row(const std::vector<std::string>& cells);
  /// Text under the row before it, across all columns.
  void add_note(const std::string& text);
  [[nodiscard]] std::string text() const;

 private:
  struct Line {
    bool is_note = false;
    std::vector<std::string> cells;
  };

  [[nodiscard]] std::vector<std::size_t> column_widths() const;
  [[nodiscard]] std::string row_text(const Line& row, const std::vector<std::size_t>& widths) const;
  [[nodiscard]] std::string note_text(const Line& note) const;

  std::string align_;
  std::size_t indent_;
  std::size_t width_;
  std::vector<Line> lines_;
};

}  // namespace sluice::profile
