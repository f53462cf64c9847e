#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>

#include "sluice/archive/archive.h"

/// Names of the files of an archive.
namespace sluice::archive {

inline constexpr std::string_view kIndexName = "archive.json";
inline constexpr std::string_view kLockName = "archive.lock";

/// What a name in the folder stands for.
enum class NameKind : std::uint8_t {
  index,
  lock,
  ddl,
  data,
  kept_aside,  ///< what was cut off a data file
  unfinished,  ///< a file that has not got its name yet: nothing depends on it
  foreign,
};
[[nodiscard]] NameKind name_kind(std::string_view name);

/// "000012.crm.person": safe on every file system, below 200 bytes with every ending. The number
/// keeps tables apart whose names are cut.
[[nodiscard]] std::string table_name(const TableHead& table);
[[nodiscard]] std::string ddl_name(const TableHead& table);
/// `file`: counts from 1.
[[nodiscard]] std::string data_name(const TableHead& table, int file);
[[nodiscard]] std::string kept_aside_name(std::string_view data_name, std::uint64_t offset);

}  // namespace sluice::archive
