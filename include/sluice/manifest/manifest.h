#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/model/key.h"
#include "sluice/model/name.h"
#include "sluice/model/schema.h"

/// The manifest: what a full verification has proved, as the body of a document that people sign,
/// and beside it the proof, a file of one entry for each row that reached the target as it is.
/// manifest.md beside this header has both formats. Pure data.
namespace sluice::manifest {

struct Server {
  model::ServerIdentity identity;  ///< without user
  std::string label;               ///< of the policy; "scratch" without one
  std::string position;            ///< the point in time that was read, as db::SnapshotInfo has it
  std::string position_label;      ///< what that promises
};

/// A figure of one column as each side's own SQL computed it.
struct Total {
  std::string measure;  ///< rows, values (not null), min, max, sum, hash
  std::string source_column;
  std::string target_column;
  std::optional<std::string> source;
  std::optional<std::string> target;
  std::string result;  ///< verify::to_string(Fact::Result)
};

struct LossyColumn {
  std::string source_column;
  std::string target_column;
  std::string what;                   ///< of the rule, in words
  std::optional<std::uint64_t> rows;  ///< of `arrived`, that lose something; absent: not counted
  std::string full_value;  ///< where it stays: "source and archive", a companion column, ...
};

/// One key range of the verification's own cutting of the source, with the digest of its proved
/// rows.
struct Batch {
  std::string lower;  ///< JSON array of the key's texts; empty: open
  std::string upper;
  codec::RowSetDigest proved;
};

struct Table {
  int number = 0;  ///< in the plan
  model::QualifiedName source;
  model::QualifiedName target;
  model::QualifiedName side;
  std::vector<std::string> classes;  ///< of the policy
  std::string outcome;
  // The account: source = arrived + decided + quarantined + left_behind + filtered.
  std::uint64_t source_rows = 0;
  std::uint64_t arrived = 0;  ///< the proved rows: only these may ever be deleted
  std::uint64_t decided = 0;
  std::uint64_t quarantined = 0;
  std::uint64_t left_behind = 0;
  std::uint64_t filtered = 0;
  /// Rows of the live table that were to be kept and that the new one lacks, because they are in
  /// quarantine or were left behind: on top of the source's.
  std::uint64_t kept_left_out = 0;
  std::uint64_t target_rows = 0;
  std::uint64_t missing = 0;
  std::uint64_t extra = 0;
  std::uint64_t changed = 0;
  std::uint64_t duplicated = 0;
  std::map<std::string, std::uint64_t> quarantine_reasons;
  std::vector<Total> totals;  ///< null counts among them: rows - values
  std::vector<LossyColumn> lossy;
  std::vector<std::string> key;  ///< source columns; empty: no row has an entry in the proof
  std::vector<std::string>
      not_checked;                 ///< rules and columns of which the verification says nothing
  std::vector<std::string> notes;  ///< what else the verification remarked
  codec::RowSetDigest proved;      ///< of `arrived`: source rows as the plan reads them
  codec::RowSetDigest target_digest;
  model::RangeKind read_by{};  ///< how the verification read the source
  std::vector<Batch> batches;  ///< a chain over all keys; one where it was not by key
  // Where this table's entries stand in the proof.
  std::uint64_t first_entry = 0;
  std::uint64_t entries = 0;
};

struct Check {
  std::string name;
  std::string measure;
  std::string outcome;
  std::uint64_t groups = 0;
  std::uint64_t groups_differing = 0;
  std::optional<std::string> source;  ///< of a check without groups
  std::optional<std::string> target;
};

/// A rehearsal that was timed, where there is one.
struct Rehearsal {
  std::string what;
  std::uint64_t seconds = 0;
  std::uint64_t window_seconds = 0;
  std::string finished_at;
};

struct Manifest {
  std::string run_id;
  std::string run_nonce;  ///< seeds all hashes; the ledger has the same
  std::string plan_sha256;
  std::string config_sha256;
  std::string tool;        ///< version and build
  std::string started_at;  ///< of the verification, UTC with Z
  std::string ended_at;
  int verification = 0;  ///< its number in the ledger
  Server source;
  Server target;
  codec::DigestAlgorithm digest{};
  std::string outcome;
  std::vector<Table> tables;
  std::vector<Check> checks;
  std::map<std::string, std::string> archives;  ///< file to SHA-256
  std::vector<Rehearsal> rehearsals;
  std::string ledger_head;  ///< SHA-256 of the newest event it saw
  std::int64_t ledger_head_no = 0;
  std::string proof_sha256;  ///< of the proof file
  std::uint64_t proof_bytes = 0;
};

/// Canonical JSON of an object: the body of a document of kind manifest.
[[nodiscard]] std::string to_json(const Manifest& manifest);
/// The exact inverse; strict. Throws Error{approval} that says what and where.
[[nodiscard]] Manifest from_json(const std::string& body);

/// Where the proof of a manifest lies: beside it.
[[nodiscard]] std::string proof_path(const std::string& manifest_path);

/// What does not add up within a manifest: accounts, batches against their table's digest, the
/// chain of batches, differences in what should have none. One line each; empty: all of it does.
[[nodiscard]] std::vector<std::string> faults_of(const Manifest& manifest);
class Proof;
/// The same of a manifest and its proof: places, counts and the sums of the entries' row hashes.
[[nodiscard]] std::vector<std::string> faults_of(const Manifest& manifest, const Proof& proof);

}  // namespace sluice::manifest
