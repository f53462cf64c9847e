#include "summary.h"

#include "tsv_writer.h"

namespace sluice::demo_data {

void JsonObjects::quoted(std::string_view value) {
  text_ += '"';
  for (const char c : value) {
    if (c == '"' || c == '\\') text_ += '\\';
    text_ += c;
  }
  text_ += '"';
}

void JsonObjects::begin(std::string_view name) {
  if (!first_) text_ += ',';
  first_ = false;
  text_ += '\n';
  text_.append(2 * depth_, ' ');
  quoted(name);
  text_ += ": ";
}

void JsonObjects::open(std::string_view name) {
  begin(name);
  text_ += '{';
  ++depth_;
  first_ = true;
}

void JsonObjects::close() {
  --depth_;
  text_ += '\n';
  text_.append(2 * depth_, ' ');
  text_ += '}';
  first_ = false;
}

void JsonObjects::number(std::string_view name, std::uint64_t value) {
  begin(name);
  text_ += std::to_string(value);
}

void JsonObjects::text(std::string_view name, std::string_view value) {
  begin(name);
  quoted(value);
}

void JsonObjects::amount(std::string_view name, std::int64_t cents) {
  std::string value;
  append_decimal(value, cents, 2);
  text(name, value);
}

std::string JsonObjects::finish() {
  while (depth_ > 0) close();
  return text_ + "\n";
}

}  // namespace sluice::demo_data
