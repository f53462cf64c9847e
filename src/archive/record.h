#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>

#include "sluice/archive/archive.h"

#include "archive/disk_file.h"

/// Records: what a data file says of itself, in zstd frames that every zstd reader skips
/// (archive.md). Each holds the SHA-256 of its own text and that of the record before.
namespace sluice::archive {

/// The first of a file.
struct FileRecord {
  std::string archive_id;
  TableHead table;
  int file = 0;            ///< counts from 1
  std::string ddl_sha256;  ///< of the table's DDL file
};

/// Before the rows of a batch. It promises nothing: it says what to look for.
struct BatchRecord {
  std::uint64_t bytes = 0;  ///< of the compressed rows, which follow
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
  codec::RowSetDigest digest;
  std::string sha256;
};

/// Behind the rows of a batch: they were flushed and read back before this was written.
struct StoredRecord {};

/// Before the last frame of a closed file, COPY's trailer.
struct EndRecord {
  std::uint64_t trailer_bytes = 0;
  std::string trailer_sha256;
  std::uint64_t batches = 0;
  std::uint64_t rows = 0;
  codec::RowSetDigest digest;
};

struct Record {
  std::string previous;  ///< SHA-256 of the record before; in the first, of the frame before it
  std::variant<FileRecord, BatchRecord, StoredRecord, EndRecord> content;
};

/// A record as bytes of a file.
struct WrittenRecord {
  std::string bytes;
  std::string sha256;
};
[[nodiscard]] WrittenRecord write_record(const Record& record);

/// A record that stands in a file.
struct FoundRecord {
  Record record;
  std::string sha256;
  std::uint64_t bytes = 0;
};
/// The record at that byte; nothing where there is none that is whole and unharmed. `end`: where
/// the file ends, or is taken to end.
[[nodiscard]] std::optional<FoundRecord> read_record(const DiskFile& file, std::uint64_t offset,
                                                     std::uint64_t end);
/// The first unharmed record that begins at `from` or later.
[[nodiscard]] std::optional<std::uint64_t> find_record(const DiskFile& file, std::uint64_t from,
                                                       std::uint64_t end);

}  // namespace sluice::archive
