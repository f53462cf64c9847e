#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

/// What a verification found. Pure data: made by verify_tables(), stored with the run, shown to
/// people. verify.md beside this header says what each answer proves and what it does not.
namespace sluice::verify {

/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers and in JSON.
enum class Mode : std::uint8_t {
  full,         ///< re-reads and re-maps the source, re-reads the target
  target_only,  ///< re-reads the target against the digests of the copy
};

/// The five answers. A query that failed is never an answer about data.
/// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers and in JSON.
enum class Outcome : std::uint8_t {
  equal,
  equal_except_quarantined,  ///< within the limit; each row left out is in the ledger
  not_comparable,            ///< there is nothing that could be compared, or no exact way to do it
  could_not_check,           ///< something failed, or is not there
  different,
};

/// DO NOT CHANGE THE NAMES (to_string): they stand in JSON.
enum class DifferenceKind : std::uint8_t {
  missing,     ///< should be in the target and is not
  extra,       ///< is in the target and should not be
  changed,     ///< the same key, other values
  duplicated,  ///< in the target more often than it should be
};

/// DO NOT CHANGE THE NAMES (to_string): they stand in JSON.
enum class Attribution : std::uint8_t {
  source_changed,  ///< the source is not what was read at the copy
  target_changed,  ///< the target is not what was written at the copy
  copied_wrong,    ///< source and target are both as they were at the copy, and differ
  unclear,         ///< both changed, and nothing tells them apart
};

[[nodiscard]] std::string_view to_string(Mode mode) noexcept;
[[nodiscard]] std::string_view to_string(Outcome outcome) noexcept;
[[nodiscard]] std::string_view to_string(DifferenceKind kind) noexcept;
[[nodiscard]] std::string_view to_string(Attribution attribution) noexcept;

/// The answer of a whole from the answers of two parts: in the order of the enum, `different` wins.
[[nodiscard]] constexpr Outcome worse(Outcome a, Outcome b) noexcept { return a < b ? b : a; }

/// One column in which two rows of one key differ. Values are text, shortened around the first
/// place where they differ, other than printable characters escaped; absent means NULL.
struct ColumnDifference {
  std::string column;
  std::optional<std::string> expected;
  std::optional<std::string> actual;
};

struct Difference {
  DifferenceKind kind{};
  Attribution attribution = Attribution::unclear;
  /// JSON array of the target key's texts; where the table has no key, the row itself, shortened.
  std::string key;
  std::string source_key;                 ///< the same of the source row; empty where there is none
  std::uint64_t expected_copies = 0;      ///< rows of this key that should be there
  std::uint64_t actual_copies = 0;        ///< rows of this key that are there
  std::vector<ColumnDifference> columns;  ///< of `changed`
};

struct DifferenceCounts {
  std::uint64_t missing = 0;
  std::uint64_t extra = 0;
  std::uint64_t changed = 0;
  std::uint64_t duplicated = 0;
  /// False where so much differs that not all of it was looked at: the counts are lower bounds.
  bool complete = true;

  [[nodiscard]] std::uint64_t total() const noexcept {
    return missing + extra + changed + duplicated;
  }
};

/// One figure of a column (or of the table), as each server computed it by its own SQL.
struct Fact {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in JSON.
  enum class Result : std::uint8_t {
    equal,
    explained,     ///< differs by exactly the rows that are on record as standing on one side only
    not_compared,  ///< figures_not_compared or columns_not_compared says why
    different,
    could_not_check,
  };
  std::string measure;  ///< rows, values (that are not NULL), min, max, sum, hash
  std::string source_column;
  std::string target_column;
  std::optional<std::string> source;  ///< absent: NULL
  std::optional<std::string> target;
  Result result = Result::equal;
};
[[nodiscard]] std::string_view to_string(Fact::Result result) noexcept;

/// A column that both sides compute by themselves, so that nothing but figures compares it, and
/// that no figure did.
struct ColumnNotCompared {
  std::string column;
  std::string reason;
};

/// One new value of a value map: how many rows should have it, and have it.
struct MappedValue {
  std::optional<std::string> value;  ///< absent: NULL
  std::uint64_t expected = 0;
  std::uint64_t actual = 0;
};

struct ValueMapResult {
  std::string source_column;
  std::string target_column;
  /// False where rows that are on one side only could not be left out: `reason` says why, and
  /// `outcome` is equal, as the rows themselves were compared.
  bool compared = true;
  Outcome outcome = Outcome::equal;
  std::string reason;
  std::vector<MappedValue> values;
};

/// A table whose rows have no key: compared as a bag.
struct RestReport {
  std::string table;
  Outcome outcome = Outcome::equal;
  std::uint64_t expected_rows = 0;
  std::uint64_t target_rows = 0;
  DifferenceCounts counts;
  std::vector<Difference> differences;
};

struct TableReport {
  int number = 0;
  std::string source;
  std::string target;  ///< the live table's name
  std::string side;    ///< the table that was read
  Outcome outcome = Outcome::equal;
  std::string reason;  ///< in words; empty for equal

  // The account, as counted now (target only: as recorded).
  std::uint64_t source_rows = 0;
  std::uint64_t expected_rows = 0;  ///< mapped, decided and kept rows
  std::uint64_t target_rows = 0;
  std::uint64_t existing = 0;     ///< kept rows of the live table
  std::uint64_t quarantined = 0;  ///< open: nobody has decided
  std::uint64_t decided = 0;
  std::uint64_t left_behind = 0;
  std::uint64_t filtered = 0;
  std::uint64_t unrecorded = 0;  ///< do not map now, and are not in the ledger's quarantine

  std::optional<bool> source_changed;  ///< since the copy; absent where not looked at
  std::optional<bool> target_changed;
  DifferenceCounts counts;
  std::vector<Difference> differences;  ///< some of them, see Options::max_listed
  std::string digest;                   ///< of the target rows as read now
  std::vector<Fact> facts;
  std::string figures_not_compared;  ///< why all facts but `rows` are not_compared; else empty
  std::vector<ColumnNotCompared> columns_not_compared;  ///< the answer says nothing of them
  std::vector<ValueMapResult> value_maps;
  std::optional<RestReport> rest;
  std::vector<std::string> notes;
};

/// One group of a check; `key` is a JSON array of the group's texts, "[]" without groups.
struct CheckGroup {
  std::string key;
  std::optional<std::string> source;  ///< absent: NULL, or no such group
  std::optional<std::string> target;
  bool agrees = true;
};

struct CheckReport {
  std::string name;
  std::string measure;
  std::string difference;  ///< agreed on
  Outcome outcome = Outcome::equal;
  std::string reason;
  std::uint64_t groups_total = 0;
  std::uint64_t groups_differing = 0;
  std::vector<CheckGroup> groups;  ///< all of them, differing ones first
};

/// The files that a verification has written.
struct WrittenManifest {
  std::string file;
  std::string sha256;  ///< by which the ledger knows it
  std::string proof_file;
  std::string proof_sha256;
  std::uint64_t entries = 0;  ///< source rows that the proof names
};

/// Schema id of to_json().
inline constexpr std::string_view kReportSchema = "sluice.verify/1";

struct VerifyReport {
  std::string run_id;
  std::string plan_sha256;
  Mode mode = Mode::full;
  std::string started_at;  ///< UTC, ISO 8601 with Z
  std::string ended_at;
  std::string source_label;     ///< what the source's point in time promises; empty: not read
  std::string source_position;  ///< where it stands
  std::string target_position;  ///< the same of the target: which of its rows were read
  Outcome outcome = Outcome::equal;
  std::size_t tables_total = 0;  ///< of the plan; `tables` are those that were asked for
  std::vector<TableReport> tables;
  std::vector<CheckReport> checks;
  // Where one was asked for; not in the ledger's report, which is older than the file.
  std::optional<WrittenManifest> manifest;
  std::string no_manifest;  ///< why it was not written

  /// Whether tables were passed over, and the checks with them.
  [[nodiscard]] bool is_partial() const noexcept { return tables.size() < tables_total; }
};

/// The mode as it stands in the ledger: that of a verification which passed tables over ends in
/// "_in_part", so that it can never be taken for one of the whole.
[[nodiscard]] std::string recorded_mode(const VerifyReport& report);

/// Says of a target-only verification what it does not prove; empty for a full one.
[[nodiscard]] std::string_view limits_of(Mode mode) noexcept;

/// Sets `outcome` of every table and of the whole from their parts.
void settle(VerifyReport& report);

/// Pretty JSON with the schema id.
[[nodiscard]] std::string to_json(const VerifyReport& report);
/// For people: an equal table is one line, everything that differs is named.
[[nodiscard]] std::string to_text(const VerifyReport& report);

}  // namespace sluice::verify
