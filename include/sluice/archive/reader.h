#pragma once

#include <cstdint>
#include <functional>
#include <string>
#include <vector>

#include "sluice/archive/archive.h"
#include "sluice/codec/row_form.h"

namespace sluice::archive {

/// A table as it is in an archive.
struct ArchivedTable {
  TableHead head;
  std::vector<Stored> batches;  ///< in the order in which they were stored
  std::uint64_t rows = 0;
  codec::RowSetDigest digest;
};

/// Reads an archive, finished or not; of one that was not finished, all that was stored. May run
/// beside a writer. For one thread at a time.
class Reader {
 public:
  /// Reads the index and every file's records, not the rows. Throws Error{storage} where something
  /// cannot be read, Error{data} where something is not what it should be.
  [[nodiscard]] static Reader open(const std::string& directory);

  [[nodiscard]] const Head& head() const noexcept { return head_; }
  [[nodiscard]] bool finished() const noexcept { return finished_; }
  /// By number.
  [[nodiscard]] const std::vector<ArchivedTable>& tables() const noexcept { return tables_; }

  /// Replaces `rows` by those of a batch of tables(). Throws Error{data}, naming file and offset,
  /// where they are not the rows that were stored.
  void read(const Stored& stored, codec::RowBuffer& rows) const;
  /// Every batch of a table.
  void read(const ArchivedTable& table,
            const std::function<void(const codec::RowBuffer& rows)>& each) const;

 private:
  Reader() = default;

  std::string directory_;
  Head head_;
  bool finished_ = false;
  std::vector<ArchivedTable> tables_;
};

/// What is wrong with an archive, and where.
struct Damage {
  std::string file;  ///< name within the folder; empty where it is the folder itself
  std::uint64_t offset = 0;
  std::string what;  ///< for people; not yet escaped for a terminal

  friend bool operator==(const Damage&, const Damage&) = default;
};

/// Reads every byte of an archive and compares it with what the archive says of it. Empty: all is
/// there and as it was stored. Of an archive that was not finished, bytes behind the last stored
/// batch are a damage too: a writer that died leaves them. Throws Error{storage} only where the
/// folder itself cannot be read.
[[nodiscard]] std::vector<Damage> check(const std::string& directory);

}  // namespace sluice::archive
