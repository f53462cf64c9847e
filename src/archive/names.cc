#include "archive/names.h"

#include <algorithm>

#include <fmt/core.h>

#include "sluice/codec/hex.h"

namespace sluice::archive {
namespace {

// Number, count, endings and the offset of what was cut off take at most 60 bytes more.
constexpr std::size_t kMaxEncodedBytes = 130;
constexpr std::string_view kDataEnding = ".copy.zst";
constexpr std::string_view kDdlEnding = ".sql";
constexpr std::string_view kCutEnding = ".cut";
constexpr std::string_view kUnfinishedEnding = ".tmp";

bool is_digit(char c) { return c >= '0' && c <= '9'; }
bool is_safe(char c) {
  return (c >= 'a' && c <= 'z') || is_digit(c) || c == '_' || c == '.' || c == '-';
}
bool is_name_byte(char c) { return is_safe(c) || c == '%'; }

/// Capitals too are encoded: not every file system tells them apart.
std::string encoded(std::string_view name) {
  std::string out;
  for (const char c : name) {
    std::string one = is_safe(c) ? std::string(1, c) : "%" + codec::to_hex({&c, 1});
    if (out.size() + one.size() > kMaxEncodedBytes) break;
    out += one;
  }
  return out;
}

bool starts_with_number(std::string_view name) {
  return name.size() > 7 && std::all_of(name.begin(), name.begin() + 6, is_digit) && name[6] == '.';
}

bool take_ending(std::string_view& name, std::string_view ending) {
  if (!name.ends_with(ending)) return false;
  name.remove_suffix(ending.size());
  return true;
}

/// A trailing ".digits".
bool take_number(std::string_view& name) {
  const std::size_t dot = name.rfind('.');
  if (dot == std::string_view::npos || dot + 1 == name.size()) return false;
  if (!std::all_of(name.begin() + static_cast<std::ptrdiff_t>(dot) + 1, name.end(), is_digit)) {
    return false;
  }
  name = name.substr(0, dot);
  return true;
}

}  // namespace

NameKind name_kind(std::string_view name) {
  if (name == kIndexName) return NameKind::index;
  if (name == kLockName) return NameKind::lock;
  if (!std::all_of(name.begin(), name.end(), is_name_byte)) return NameKind::foreign;
  const bool ours = starts_with_number(name);
  if (take_ending(name, kUnfinishedEnding)) {
    // write_file puts the number of its process before the ending.
    const bool index = take_number(name) && name == kIndexName;
    return ours || index ? NameKind::unfinished : NameKind::foreign;
  }
  if (!ours) return NameKind::foreign;
  if (take_ending(name, kDdlEnding)) return NameKind::ddl;
  const bool cut = take_ending(name, kCutEnding) && take_number(name);
  if (!take_ending(name, kDataEnding) || !take_number(name)) return NameKind::foreign;
  return cut ? NameKind::kept_aside : NameKind::data;
}

std::string table_name(const TableHead& table) {
  return fmt::format("{:06}.{}", table.number,
                     encoded(table.source.schema + "." + table.source.table));
}

std::string ddl_name(const TableHead& table) { return table_name(table) + std::string(kDdlEnding); }

std::string data_name(const TableHead& table, int file) {
  return fmt::format("{}.{:06}{}", table_name(table), file, kDataEnding);
}

std::string kept_aside_name(std::string_view data_name, std::uint64_t offset) {
  return fmt::format("{}.{}{}", data_name, offset, kCutEnding);
}

}  // namespace sluice::archive
