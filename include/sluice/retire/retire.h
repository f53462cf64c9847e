#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/approve/approved.h"
#include "sluice/codec/digest.h"
#include "sluice/db/sql_session.h"
#include "sluice/manifest/proof.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/schema.h"
#include "sluice/retire/preflight.h"
#include "sluice/retire/proposal.h"

/// Source rows that were proved to have arrived are archived and deleted. retire.md beside this
/// header says in which order, and what holds after a crash at any point.
namespace sluice::retire {

/// Rows of a table beyond which it stops. They count over all calls of one manifest.
struct Limits {
  std::uint64_t target_changed_rows = 0;
  std::uint64_t source_changed_rows = 0;
  friend bool operator==(const Limits&, const Limits&) = default;
};

/// What has to be approved.
struct Request {
  Proposal proposal;
  std::string document_sha256;  ///< of the signed file
  Limits limits;
};

/// Everything that a retirement works on. Borrows what it refers to.
struct Setting {
  std::vector<Retiring> tables;   ///< in_order()
  const manifest::Proof& proof;   ///< of the manifest
  const model::Catalog& catalog;  ///< of the source, as it is now
  std::string manifest_sha256;
  std::string run_id;
  codec::DigestAlgorithm algorithm{};
  std::uint64_t seed = 0;  ///< of the run's row hashes
  model::Endpoint source;  ///< by the credential that may delete
  model::Endpoint target;
  std::size_t workers = 2;             ///< that read ahead of the one that deletes
  std::size_t batch_bytes = 8U << 20;  ///< of rows; one batch is one transaction
  /// Throws where the caller does not hold the run any more. Called before each COMMIT, by the
  /// thread that deletes. None: the caller holds nothing.
  std::function<void()> require_hold = {};
};

struct Progress {
  std::string table;
  std::uint64_t rows = 0;      ///< looked at or deleted, of this table
  std::uint64_t expected = 0;  ///< proved rows
};

/// Called by several threads, never two at once.
using OnProgress = std::function<void(const Progress&)>;

/// Looks at the source's rows and at their partners in the live target. Writes nothing. Throws
/// Error{interrupted} where it was stopped.
[[nodiscard]] std::vector<TableSurvey> survey(const Setting& setting, const std::stop_token& stop,
                                              const OnProgress& progress = {});

/// What became of one table.
struct TableResult {
  int number = 0;
  model::QualifiedName source;
  std::uint64_t deleted = 0;   ///< by this call
  std::uint64_t consumed = 0;  ///< by all calls of this manifest
  std::uint64_t batches = 0;   ///< of this call
  std::uint64_t archived_bytes = 0;
  std::uint64_t source_changed = 0;
  std::vector<RowNote> changed;
  std::uint64_t referenced = 0;  ///< stay, because other rows refer to them
  std::vector<RowNote> referring;
  std::uint64_t not_proved = 0;
  std::uint64_t target_changed = 0;  ///< of those that were deleted
  std::uint64_t target_gone = 0;
  std::string stopped;  ///< why the table stopped; empty: it is done
};

struct Result {
  std::vector<TableResult> tables;
  bool finished = false;  ///< every proved row is gone: the manifest cannot be used again
  bool stopped = false;   ///< somebody asked for it
};

/// Deletes what the approved request says, and nothing else. Throws Error{approval} where the
/// manifest has been used before, {locked} where another process retires with it, {config} where
/// the source has no table of consumed batches (consumed_ddl).
[[nodiscard]] Result retire(const approve::Approved<Request>& request, const Setting& setting,
                            const std::stop_token& stop, const OnProgress& progress = {});

/// Whether a manifest has been used up. False where the source has no table of consumed batches.
[[nodiscard]] bool is_used_up(db::SqlSession& source, const std::string& manifest_sha256);

/// The statements that a batch of each table runs, for --dry-run, with a few keys in place of all.
[[nodiscard]] std::vector<std::string> statements_of(const Setting& setting);

}  // namespace sluice::retire
