#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/archive/archive.h"
#include "sluice/model/error.h"

#include "archive/disk_file.h"
#include "archive/record.h"

namespace sluice::archive {

/// A stored batch and where in the file its compressed rows lie.
struct FoundBatch {
  Stored stored;
  std::uint64_t data_offset = 0;
  std::uint64_t data_bytes = 0;
};

/// What a data file's records say.
struct DataFile {
  std::string name;
  FileRecord head;
  std::vector<FoundBatch> batches;
  std::uint64_t rows = 0;
  std::uint64_t row_bytes = 0;
  codec::RowSetDigest digest;
  std::uint64_t sound_bytes = 0;  ///< up to the end of the last stored batch, or of the closed file
  std::uint64_t bytes = 0;        ///< of the file; beyond sound_bytes lies nothing that was stored
  bool closed = false;
  std::string last_record;  ///< its SHA-256: what the next one must name
};

/// Reads a data file's records, not its rows. Bytes behind the last stored batch are no fault: a
/// writer that died leaves them. Throws Error{data}, naming the byte, where there are stored
/// batches behind something that cannot be read, or where the file's beginning is not as it should
/// be; `name` is for messages and for Stored.
[[nodiscard]] DataFile scan_data_file(const DiskFile& file, const std::string& name,
                                      codec::DigestAlgorithm algorithm);

/// Damage that has a place in a file.
class DamagedFile : public model::Error {
 public:
  DamagedFile(const std::string& file, std::uint64_t offset, const std::string& what);
  [[nodiscard]] std::uint64_t offset() const noexcept { return offset_; }
  [[nodiscard]] const std::string& what_is_wrong() const noexcept { return what_; }

 private:
  std::uint64_t offset_;
  std::string what_;
};

}  // namespace sluice::archive
