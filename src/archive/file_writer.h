#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/codec/row_form.h"
#include "sluice/codec/sha256.h"

#include "archive/disk_file.h"
#include "archive/frame.h"
#include "archive/index.h"
#include "archive/scan.h"

namespace sluice::archive {

/// Makes a data file with its beginning, flushed, and gives it its name only then: what bears the
/// name is never half.
void make_data_file(const std::string& directory, const FileRecord& head, Compressor& compressor);

/// One data file that batches are added to. After anything threw, only destroying it is defined.
class FileWriter {
 public:
  /// `scanned`: the file as it is, with nothing behind the last stored batch. `read_back_with` and
  /// `compressor` must outlive this.
  FileWriter(const std::string& directory, DataFile scanned, Compressor& compressor,
             Decompressor& read_back_with);

  /// REQUIRES: `digest` is that of the rows.
  [[nodiscard]] Stored append(const codec::RowBuffer& rows, const codec::RowSetDigest& digest);
  /// Cuts the file off where its newest batch begins.
  void take_back();
  /// Writes the end and gives the file's entry of the index.
  [[nodiscard]] IndexedFile close();

  [[nodiscard]] const DataFile& state() const noexcept { return file_; }

 private:
  void write_new(std::string_view bytes);
  void compare_on_disk(const FoundBatch& batch, std::string_view rows);
  [[nodiscard]] std::string hash_of_whole();

  Compressor& compressor_;
  Decompressor& decompressor_;
  DiskFile disk_;
  DataFile file_;
  std::string piece_;  ///< what is written next; kept for its memory
  /// Of the file so far; nothing where its beginning has been written by somebody else.
  std::optional<codec::Sha256> whole_;
};

/// Cuts off what a writer that died has left behind the last stored batch. The bytes are kept aside
/// in a file of their own: should they be more than rubbish, they are not lost. Returns the file as
/// it is then.
[[nodiscard]] DataFile cut_tail(const std::string& directory, const DataFile& file);

}  // namespace sluice::archive
