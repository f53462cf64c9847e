#pragma once

#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

/// The tables of types.md, so that the tests hold every line of it against the code.
namespace sluice::schema {

/// Without white space at the ends and the marks of code.
inline std::string cell_text(std::string text) {
  const auto strip = [&text](const char* marks) {
    const std::size_t first = text.find_first_not_of(marks);
    text = first == std::string::npos
               ? ""
               : text.substr(first, text.find_last_not_of(marks) - first + 1);
  };
  strip(" ");
  const std::string mark = text.starts_with("`` ") ? "``" : text.starts_with("`") ? "`" : "";
  if (!mark.empty() && text.ends_with(mark)) {
    text = text.substr(mark.size(), text.size() - 2 * mark.size());
    strip(" ");
  }
  return text;
}

inline std::vector<std::string> cells_of(const std::string& line) {
  std::vector<std::string> cells;
  std::string cell;
  for (std::size_t i = 1; i < line.size(); ++i) {
    if (line.compare(i, 2, "\\|") == 0) {
      cell += '|';
      ++i;
    } else if (line[i] == '|') {
      cells.push_back(cell_text(cell));
      cell.clear();
    } else {
      cell += line[i];
    }
  }
  return cells;
}

/// The lines of the table under "## heading".
inline std::vector<std::vector<std::string>> rule_table(std::string_view heading) {
  std::ifstream file(SLUICE_SOURCE_DIR "/include/sluice/schema/types.md");
  std::vector<std::vector<std::string>> rows;
  bool here = false;
  for (std::string line; std::getline(file, line);) {
    if (line.starts_with("## ")) here = line == "## " + std::string(heading);
    if (here && line.starts_with("|")) rows.push_back(cells_of(line));
  }
  if (rows.size() < 3) throw std::runtime_error("types.md has no table " + std::string(heading));
  rows.erase(rows.begin(), rows.begin() + 2);
  return rows;
}

}  // namespace sluice::schema
