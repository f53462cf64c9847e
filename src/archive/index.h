#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/archive/archive.h"

namespace sluice::archive {

/// A data file as the index of a finished archive has it.
struct IndexedFile {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
  std::uint64_t batches = 0;
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
  codec::RowSetDigest digest;
};

struct IndexedTable {
  TableHead head;
  std::string ddl_file;
  std::string ddl_sha256;
  std::uint64_t rows = 0;
  codec::RowSetDigest digest;
  std::vector<IndexedFile> files;
};

struct KeptAside {
  std::string name;
  std::uint64_t bytes = 0;
  std::string sha256;
};

/// archive.json. While the archive is written it holds the head alone.
struct Index {
  Head head;
  bool finished = false;
  std::vector<IndexedTable> tables;  ///< by number
  std::vector<KeptAside> kept_aside;
};

[[nodiscard]] std::string to_json(const Index& index);
/// Reads nothing but what to_json() writes: throws Error{data} on every other text, so that no
/// changed byte goes unseen.
[[nodiscard]] Index index_from_json(std::string_view text);

}  // namespace sluice::archive
