#pragma once

#include <fstream>
#include <stdexcept>
#include <string>
#include <vector>

#include "sluice/codec/carrier.h"
#include "sluice/codec/hex.h"

namespace sluice::codec::test {

/// A line of golden_values.tsv, which a real PostgreSQL has written (golden_values.sql).
struct Golden {
  Carrier carrier = Carrier::text;
  std::string input;
  std::string text;
  std::string binary;
};

/// Undoes the escapes of COPY's text format.
inline std::string uncopied(const std::string& field) {
  std::string out;
  for (std::size_t i = 0; i < field.size(); ++i) {
    if (field[i] != '\\' || i + 1 == field.size()) {
      out += field[i];
      continue;
    }
    const std::string from = "bfnrtv";
    const std::string to = "\b\f\n\r\t\v";
    const std::size_t known = from.find(field[++i]);
    out += known == std::string::npos ? field[i] : to[known];
  }
  return out;
}

inline std::vector<std::string> split(const std::string& line) {
  std::vector<std::string> out(1);
  for (const char c : line) {
    if (c == '\t') {
      out.emplace_back();
    } else {
      out.back() += c;
    }
  }
  return out;
}

inline std::vector<Golden> load_golden_values() {
  std::ifstream file(SLUICE_SOURCE_DIR "/tests/unit/codec/golden_values.tsv");
  std::vector<Golden> out;
  for (std::string line; std::getline(file, line);) {
    const std::vector<std::string> fields = split(line);
    if (fields.size() != 4)
      throw std::runtime_error("golden_values.tsv has a line of other than 4 fields");
    out.push_back({carrier_from_string(fields[0]).value(), uncopied(fields[1]), uncopied(fields[2]),
                   from_hex(fields[3]).value()});
  }
  return out;
}

}  // namespace sluice::codec::test
