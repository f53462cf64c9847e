#pragma once

#include <cstddef>
#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/mapping/condition.h"
#include "sluice/mapping/rules.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/finding.h"
#include "sluice/model/name.h"

/// A migration's config: what people wrote, read strictly. Pure data; configs/README.md explains
/// the file.
namespace sluice::config {

/// What becomes of rows that a live target table already holds.
enum class ExistingRows : std::uint8_t {
  refuse,   ///< they are a finding
  replace,  ///< they stay in the kept old table only
  keep,     ///< they are copied into the side table first
};

/// How a source table is cut and read.
enum class ReadBy : std::uint8_t {
  automatic,  ///< by key where there is a usable one that suits the heap, by ctid otherwise
  key,
  ctid,  ///< PostgreSQL sources only
};

/// How a target table is made where there is none.
struct NewTable {
  /// Target column to PostgreSQL type, in place of the published one. Columns that are not one
  /// source column as it is must be named here.
  std::map<std::string, std::string> types;
};

/// What becomes of a new table when it is whole: nothing was there to replace.
enum class NewTables : std::uint8_t {
  live,  ///< takes its own name at the end of the copy
  side,  ///< stays aside until cutover
};

struct Table {
  model::QualifiedName source;
  model::QualifiedName target;
  ExistingRows existing_rows = ExistingRows::refuse;
  ReadBy read = ReadBy::automatic;
  std::optional<std::uint64_t> quarantine_limit;  ///< rows; absent: Limits::quarantine_rows
  mapping::TableRules rules;
  std::optional<NewTable> create;  ///< the target table is made if it is not there
  std::string where;               ///< "file.json:12:5 /tables/0", for findings
};

/// A source table that is not moved, and why; or all tables of a schema: the table is then "*".
struct LeftTable {
  model::QualifiedName table;
  std::string reason;
  std::string where;

  [[nodiscard]] bool is_whole_schema() const noexcept { return table.table == "*"; }
};

/// What a check computes, on both sides, by the servers' own SQL.
enum class Measure : std::uint8_t { count, count_distinct, sum, min, max, null_count };

struct CheckSide {
  model::QualifiedName table;
  std::string column;  ///< empty only for count
  std::vector<std::string> group_by;
  std::optional<mapping::Condition> filter;
};

/// A figure that people know, and that must be the same on both sides.
struct Check {
  std::string name;
  Measure measure = Measure::count;
  CheckSide source;
  CheckSide target;
  std::string difference = "0";  ///< the largest absolute difference agreed on, as decimal text; 0
                                 ///< for min and max of no number
  std::string where;
};

/// Numbers that bound a run. What each costs stands in configs/README.md.
struct Limits {
  /// A batch is one transaction; 8 MiB beat 32 MiB in every direction that was measured, and bounds
  /// memory four times better.
  std::uint64_t batch_bytes = 8ULL << 20;
  std::uint32_t readers = 2;    ///< source sessions
  std::uint32_t writers = 2;    ///< target sessions
  std::uint32_t in_flight = 0;  ///< batches between reading and commit; 0: readers + writers + 1
  std::uint64_t quarantine_rows =
      1000;  ///< for each table, unless it says its own; more pauses the run
  std::uint64_t min_free_bytes = 1ULL << 30;  ///< on the target's disk, below which the run pauses
  /// How long a copy waits for a server that went away: a restart with a long recovery takes
  /// minutes.
  std::uint32_t reconnect_seconds = 300;
  /// How long a statement on the source may take, the reading of a whole range included; 0: as long
  /// as it takes.
  std::uint32_t source_statement_seconds = 0;
};

/// A person takes responsibility for something that sluice would refuse.
struct Override {
  std::string reason;
  std::string person;
};

struct Config {
  std::string file;           ///< as given; for messages
  std::string name;           ///< of the migration: [a-z0-9_-], at most 40 characters
  std::string operator_name;  ///< the person who runs it; may be empty
  std::string policy;         ///< path of the policy file, from the config's folder; empty: none
  model::Endpoint source;
  model::Endpoint target;
  std::vector<Table> tables;
  std::vector<LeftTable> leave;
  std::vector<Check> checks;
  NewTables new_tables = NewTables::live;
  Limits limits;
  codec::DigestAlgorithm digest = codec::DigestAlgorithm::xxh3_128;
  std::optional<Override>
      source_can_delete;  ///< the source role may delete rows: recorded instead of refused

  [[nodiscard]] const Table* find_table(const model::QualifiedName& source_table) const noexcept;
  [[nodiscard]] bool is_left(const model::QualifiedName& source_table) const noexcept;
};

/// A config, or every reason why the text is none. Warnings may stand beside a config.
struct ReadResult {
  std::optional<Config> config;
  std::vector<model::Finding> findings;
};

/// `file` is used in messages only. Tables may be written without schema: the schema is then the
/// endpoint's database on the MySQL family and "public" on PostgreSQL.
[[nodiscard]] ReadResult read_config(std::string_view text, std::string_view file);

[[nodiscard]] std::string_view to_string(ExistingRows existing) noexcept;
[[nodiscard]] std::string_view to_string(ReadBy read) noexcept;
[[nodiscard]] std::string_view to_string(NewTables tables) noexcept;
[[nodiscard]] std::string_view to_string(Measure measure) noexcept;

}  // namespace sluice::config
