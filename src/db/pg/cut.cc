#include <algorithm>

#include "sluice/codec/pg_types.h"
#include "sluice/model/quote.h"

#include "db/pg/pg.h"
#include "db/pg/read_sql.h"
#include "db/pg/row.h"
#include "db/pg/session.h"
#include "db/pg/stream_scope.h"

namespace sluice::db::pg {
namespace {

// Enough for pieces whose sizes differ by a few percent, little enough to be read in the time of
// one batch.
constexpr std::uint64_t kSampledBlocks = 256;

/// Ranges between the cuts, open at both ends.
std::vector<model::KeyRange> ranges_between(model::RangeKind kind,
                                            const std::vector<model::Key>& cuts) {
  std::vector<model::KeyRange> ranges(1);
  ranges[0].kind = kind;
  for (const model::Key& cut : cuts) {
    ranges.back().upper = cut;
    ranges.push_back({kind, cut, std::nullopt});
  }
  return ranges;
}

std::vector<model::Key> cuts_by_block(std::uint64_t blocks, std::size_t pieces) {
  std::vector<model::Key> cuts;
  const std::uint64_t count = std::min<std::uint64_t>(pieces, blocks);
  for (std::uint64_t i = 1; i < count; ++i) cuts.push_back({{ctid_text(blocks * i / count)}});
  return cuts;
}

std::string key_list(const TableRead& table) {
  std::string list;
  for (const std::size_t index : table.key) {
    if (!list.empty()) list += ", ";
    list += model::quote_identifier(model::Engine::postgresql, table.columns.at(index).name);
  }
  return list;
}

/// The keys that divide a sample of the table's blocks into `pieces` equal parts, by the server's
/// own order: that holds for every type and collation, dense or sparse, and cannot give a range
/// without rows.
std::vector<model::Key> cuts_by_sample(Connection& connection, const TableRead& table, bool only,
                                       std::uint64_t blocks, std::size_t pieces) {
  const std::string keys = key_list(table);
  const std::string n = std::to_string(pieces);
  const double percent =
      std::min(100.0, 100.0 * static_cast<double>(kSampledBlocks) / static_cast<double>(blocks));
  const QueryResult result = connection.query(
      "WITH sample AS (SELECT " + keys + ", row_number() OVER (ORDER BY " + keys +
          ") - 1 AS sluice_i,"
          "                       count(*) OVER () AS sluice_n FROM " +
          (only ? "ONLY " : "") + model::quote_name(model::Engine::postgresql, table.table) +
          " TABLESAMPLE SYSTEM (" + std::to_string(percent) +
          ") REPEATABLE (1))"
          "SELECT " +
          keys +
          " FROM sample WHERE sluice_i > 0 AND"
          " sluice_i * " +
          n + " / sluice_n <> (sluice_i - 1) * " + n + " / sluice_n ORDER BY sluice_i",
      {});
  std::vector<model::Key> cuts;
  for (const auto& row : result.rows) {
    model::Key& cut = cuts.emplace_back();
    for (const Parameter& value : row) cut.values.push_back(value.value());
  }
  return cuts;
}

/// TABLESAMPLE knows tables and their partitions only. A value's text is the key's only where its
/// carrier is the type's own.
bool can_sample(const TableRead& table, const HeapFacts& facts) {
  if (facts.blocks == 0 || table.key.empty()) return false;
  return std::all_of(table.key.begin(), table.key.end(), [&](std::size_t index) {
    const ReadColumn& column = table.columns.at(index);
    return codec::carrier_for_pg_column(column.type).carrier == column.carrier;
  });
}

}  // namespace

std::vector<model::KeyRange> cut_ranges(SourceSession& session, const TableRead& table,
                                        model::RangeKind kind, std::size_t pieces) {
  // Most tables are small, and nothing need be known of them.
  if (pieces < 2 || kind == model::RangeKind::whole) return ranges_between(kind, {});
  Connection& connection = connection_of(session.sql());
  const StreamScope scope(connection, table, model::RangeKind::whole);
  const HeapFacts facts = read_heap_facts(connection, table.table);
  if (kind == model::RangeKind::ctid) {
    // Before 14 a range of blocks is found by reading all of them.
    const bool direct = connection.server().version >= 140000;
    return ranges_between(kind,
                          direct ? cuts_by_block(facts.blocks, pieces) : std::vector<model::Key>());
  }
  if (!can_sample(table, facts)) return ranges_between(kind, {});
  return ranges_between(kind,
                        cuts_by_sample(connection, table, facts.is_heap, facts.blocks, pieces));
}

}  // namespace sluice::db::pg
