#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/archive/archive.h"
#include "sluice/db/sql_session.h"
#include "sluice/retire/consumed.h"

namespace sluice::retire {

/// A batch that was deleted.
struct ConsumedBatch {
  int table_no = 0;
  std::string id;               // random: no two batches share it
  std::string document_sha256;  // what people signed
  std::string first_key;        // JSON arrays, for people
  std::string last_key;
  archive::Stored stored;
  std::uint64_t target_changed = 0;
  std::uint64_t source_changed = 0;  // rows of its range that were passed over
};

/// Where a deleted batch lies in the archive.
struct ConsumedPlace {
  int table_no = 0;
  std::string file;
  std::uint64_t offset = 0;
  std::string sha256;
  friend auto operator<=>(const ConsumedPlace&, const ConsumedPlace&) = default;
};

/// What all calls of a manifest have done to a table.
struct ConsumedSum {
  std::uint64_t rows = 0;
  std::uint64_t by_document = 0;  // of those, by this one
  std::uint64_t target_changed = 0;
};

/// Rows of sluice.consumed of one manifest. Borrows the session.
class Consumed {
 public:
  Consumed(db::SqlSession& session, std::string manifest_sha256)
      : session_(session), manifest_(std::move(manifest_sha256)) {}

  /// (tx)
  void insert(const ConsumedBatch& batch);
  [[nodiscard]] bool holds(int table_no, const std::string& id);
  /// Whether a batch was deleted that lies at this place of the archive.
  [[nodiscard]] bool holds(int table_no, const archive::Stored& stored);
  [[nodiscard]] ConsumedSum sum(int table_no, const std::string& document_sha256);
  /// Of every batch that was deleted.
  [[nodiscard]] std::vector<ConsumedPlace> places();
  /// Says that no row of the manifest is left.
  void finish();
  [[nodiscard]] bool is_finished();

 private:
  [[nodiscard]] bool exists(const std::string& where, std::vector<db::Parameter> parameters);

  db::SqlSession& session_;
  std::string manifest_;
};

/// Whether the table is there and the role sees it.
[[nodiscard]] bool has_consumed_table(db::SqlSession& session);
/// Whether its rows come, go and survive a crash with the transactions that write them.
[[nodiscard]] bool is_kept(db::SqlSession& session);

}  // namespace sluice::retire
