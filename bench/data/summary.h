#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::demo_data {

/// Writes nested JSON objects, two spaces an indent. Names and values are those of this folder:
/// printable, so only quotes and backslashes are escaped.
class JsonObjects {
 public:
  JsonObjects() : text_("{") {}

  void open(std::string_view name);
  void close();
  void number(std::string_view name, std::uint64_t value);
  void text(std::string_view name, std::string_view value);
  /// 1205 cents as "12.05": a text, since JSON numbers are doubles to most readers.
  void amount(std::string_view name, std::int64_t cents);

  /// Closes the outermost object.
  [[nodiscard]] std::string finish();

 private:
  void begin(std::string_view name);
  void quoted(std::string_view value);

  std::string text_;
  std::size_t depth_ = 1;
  bool first_ = true;
};

}  // namespace sluice::demo_data
