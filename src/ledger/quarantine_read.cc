#include <fmt/format.h>

#include "sluice/ledger/quarantine.h"
#include "sluice/model/error.h"

#include "ledger/quarantine_sql.h"
#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

QuarantineEntry read_entry(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  QuarantineEntry entry;
  entry.id = reader.integer();
  entry.table_no = reader.small();
  entry.kept = reader.boolean();
  entry.source_key = reader.text();
  entry.column = reader.text();
  entry.reason = reader.text();
  entry.value = bytes_of_hex(reader.text());
  entry.message = reader.text();
  entry.problems = reader.text();
  entry.state = quarantine_state_from_string(reader.text());
  entry.decision = reader.text();
  entry.decided_by = reader.text();
  entry.decided_reason = reader.text();
  entry.decided_at = reader.text();
  entry.row_bytes = reader.count();
  return entry;
}

QuarantineGroup read_group(const std::vector<std::optional<std::string>>& row) {
  RowReader reader(row);
  QuarantineGroup group;
  group.table_no = reader.small();
  group.column = reader.text();
  group.reason = reader.text();
  group.rows = reader.count();
  group.example = reader.integer();
  group.example_key = reader.text();
  group.value = bytes_of_hex(reader.text());
  group.message = reader.text();
  return group;
}

std::vector<QuarantinedSource> read_sources(db::SqlSession& session, const std::string& run_id,
                                            const std::vector<std::int64_t>& ids,
                                            const char* tail) {
  const auto result = session.query(
      fmt::format(
          "SELECT q.quarantine_id, {}, q.state, q.source_key, q.column_name, q.reason, q.problems, "
          "encode(q.row_form, 'hex'), q.irregular, q.decision FROM sluice.quarantine q "
          "WHERE q.run_id = $1 AND q.quarantine_id = ANY ($2::bigint[]) "
          "ORDER BY q.quarantine_id{}",
          kIsKept, tail),
      {run_id, id_array(ids)});
  std::vector<QuarantinedSource> rows;
  for (const auto& row : result.rows) {
    RowReader reader(row);
    QuarantinedSource source;
    source.id = reader.integer();
    source.kept = reader.boolean();
    source.state = quarantine_state_from_string(reader.text());
    source.source_key = reader.text();
    source.column = reader.text();
    source.reason = reader.text();
    source.problems = reader.text();
    source.row = bytes_of_hex(reader.text());
    source.irregular = reader.text();
    source.decision = reader.text();
    rows.push_back(std::move(source));
  }
  return rows;
}

}  // namespace

const char* to_string(QuarantineState state) noexcept {
  switch (state) {
    case QuarantineState::open:
      return "open";
    case QuarantineState::decided:
      return "decided";
    case QuarantineState::left_behind:
      return "left_behind";
  }
  return "unknown";
}

QuarantineState quarantine_state_from_string(const std::string& name) {
  for (const auto state :
       {QuarantineState::open, QuarantineState::decided, QuarantineState::left_behind}) {
    if (name == to_string(state)) return state;
  }
  throw model::Error(model::ErrorKind::data,
                     "the ledger holds a quarantined row in the unknown state " + name);
}

std::vector<QuarantineEntry> quarantined(db::SqlSession& session, const QuarantineFilter& filter,
                                         std::int64_t after, std::size_t limit,
                                         std::size_t value_bytes) {
  QuarantineWhere where = where_of(filter);
  where.sql += fmt::format(" AND q.quarantine_id > {}::bigint", where.add(std::to_string(after)));
  const std::string bytes = where.add(std::to_string(value_bytes));
  const std::string sql = fmt::format(
      "SELECT q.quarantine_id, q.table_no, {}, q.source_key, q.column_name, q.reason, "
      "encode(substring(q.raw_value FROM 1 FOR {}::int), 'hex'), q.message, q.problems, q.state, "
      "q.decision, q.decided_by, q.decided_reason, {}, length(q.row_form) "
      "FROM sluice.quarantine q WHERE {} ORDER BY q.quarantine_id LIMIT {}",
      kIsKept, bytes, utc("q.decided_at"), where.sql, limit);
  std::vector<QuarantineEntry> entries;
  const auto result = session.query(sql, where.parameters);
  for (const auto& row : result.rows) entries.push_back(read_entry(row));
  return entries;
}

std::vector<QuarantineGroup> quarantine_groups(db::SqlSession& session,
                                               const QuarantineFilter& filter, bool by_value,
                                               std::size_t limit) {
  const QuarantineWhere where = where_of(filter);
  const std::string sql = fmt::format(
      "SELECT g.table_no, g.column_name, g.reason, g.row_count, g.first_id, q.source_key, "
      "encode(q.raw_value, 'hex'), q.message FROM (SELECT q.table_no, q.column_name, q.reason, "
      "count(*) AS "
      "row_count, min(q.quarantine_id) AS first_id FROM sluice.quarantine q WHERE {} "
      "GROUP BY q.table_no, q.column_name, q.reason{}) g "
      "JOIN sluice.quarantine q ON q.quarantine_id = g.first_id "
      "ORDER BY g.row_count DESC, g.first_id LIMIT {}",
      where.sql, by_value ? ", q.raw_value" : "", limit);
  std::vector<QuarantineGroup> groups;
  const auto result = session.query(sql, where.parameters);
  for (const auto& row : result.rows) groups.push_back(read_group(row));
  return groups;
}

QuarantineCounts count_quarantined(db::SqlSession& session, QuarantineFilter filter) {
  filter.state.reset();
  const QuarantineWhere where = where_of(filter);
  const auto result = session.query(
      fmt::format("SELECT count(*) FILTER (WHERE q.state = 'open'), count(*) FILTER (WHERE "
                  "q.state = 'decided'), count(*) FILTER (WHERE q.state = 'left_behind') "
                  "FROM sluice.quarantine q WHERE {}",
                  where.sql),
      where.parameters);
  RowReader reader(result.rows.at(0));
  QuarantineCounts counts;
  counts.open = reader.count();
  counts.decided = reader.count();
  counts.left_behind = reader.count();
  return counts;
}

std::vector<QuarantinedSource> quarantined_sources(db::SqlSession& session,
                                                   const std::string& run_id,
                                                   const std::vector<std::int64_t>& ids) {
  return read_sources(session, run_id, ids, "");
}

std::vector<QuarantinedSource> lock_quarantined(db::SqlSession& session, const std::string& run_id,
                                                const std::vector<std::int64_t>& ids) {
  return read_sources(session, run_id, ids, " FOR UPDATE OF q");
}

}  // namespace sluice::ledger
