#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>

#include "sluice/archive/archive.h"
#include "sluice/codec/row_form.h"

namespace sluice::archive {

struct WriterOptions {
  /// A file that has reached this many bytes is closed before the next batch: large enough that
  /// 10,000 batches are a few dozen files, small enough to be copied, checked and loaded one by
  /// one.
  std::uint64_t file_bytes = std::uint64_t{256} << 20;
  /// zstd's. 1 keeps up with a disk and a server; 3 makes files about a tenth smaller and takes
  /// twice the time.
  int level = 1;
};

/// Writes an archive. For one thread at a time; one writer an archive, also among processes.
///
/// Memory: compressed, one batch; besides, a few hundred bytes a table.
///
/// Any Error{storage} ends this object: what the disk holds is then unknown, every later call
/// throws. Open the archive again: what was stored is there, what follows is cut off.
class Writer {
 public:
  /// Makes the archive in `directory` (which is made too, in a folder that is there), or goes on
  /// with one that was not finished.
  ///
  /// Throws Error{drift} where one is there with another head, Error{locked} where another writer
  /// has it, Error{storage} where the folder holds foreign things, can be written to by others, or
  /// where the archive is finished; Error{data} where it is damaged: nothing is changed then.
  [[nodiscard]] static Writer open(const std::string& directory, const Head& head,
                                   const WriterOptions& options = {});
  Writer(Writer&&) noexcept;
  Writer& operator=(Writer&&) noexcept;
  ~Writer();

  /// Puts the rows into the table's current file. When this returns they are on disk, and were read
  /// back and compared byte for byte. No rows are a batch too: the table is then in the archive.
  ///
  /// Throws Error{data}, and stores nothing, where a row is not one of the table's columns: the
  /// archive would not load without sluice. Throws Error{drift} where the table's number or name is
  /// in the archive with another head.
  [[nodiscard]] Stored append(const TableHead& table, const codec::RowBuffer& rows);

  /// The newest batch of the table's newest file, whoever stored it: what can be taken back. After
  /// a crash it may be one whose append() never returned.
  [[nodiscard]] std::optional<Stored> last_stored(int table_number) const;

  /// Takes a table's newest batch out again: what it was stored for did not happen. Throws
  /// Error{internal} where it is not the newest, or in a closed file.
  void take_back(int table_number, const Stored& stored);

  /// Whether this very batch is in the archive, by its records; the rows are not read.
  [[nodiscard]] bool holds(const Stored& stored) const;

  /// Ends all files and writes the index. Reads files again that were begun by an earlier writer.
  void finish();

 private:
  class Impl;
  explicit Writer(std::unique_ptr<Impl> impl);
  std::unique_ptr<Impl> impl_;
};

/// Finishes an archive whose writer died, so that stock tools can read all of its files. Throws
/// like Writer::open().
void seal(const std::string& directory);

}  // namespace sluice::archive
