#include "cutover/written.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"

namespace sluice::cutover {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// Enough to see what kind of rows they are; all of them are put aside before they are lost.
constexpr int kListedKeys = 10;

/// A row bears 32 bits of its transaction's number; the nearest such number to the current one is
/// meant. (1 and 2 are no transactions: such rows are older than all.)
std::string transaction_sql(db::SqlSession& session) {
  const std::string base =
      session.query("SELECT pg_snapshot_xmax(pg_current_snapshot())::text").value();
  return fmt::format(
      "({0} + mod(xmin::text::bigint - {0} % 4294967296 + 4294967296 + 2147483648, 4294967296) "
      "- 2147483648)::text::xid8",
      base);
}

std::string key_sql(const plan::TablePlan& planned) {
  std::string list;
  for (const std::size_t column : planned.target_key) {
    list += (list.empty() ? "" : ", ") + quoted(planned.write.at(column).name) + "::text";
  }
  return list.empty() ? "jsonb_build_array(ctid::text)" : "jsonb_build_array(" + list + ")";
}

void list_keys(db::SqlSession& session, const std::string& from, const std::string& condition,
               const plan::TablePlan& planned, Written& written) {
  const auto keys =
      session.query(fmt::format("SELECT k::text FROM (SELECT {} AS k FROM ONLY {} WHERE {}) keys "
                                "ORDER BY k LIMIT {}",
                                key_sql(planned), from, condition, kListedKeys));
  for (const auto& row : keys.rows) written.keys.push_back(row.at(0).value_or(""));
}

/// The statements' conditions are some hundred bytes each.
constexpr std::size_t kTablesAtOnce = 100;

/// A row for each of the tables from `from` to `to`, in their order.
std::string counts_sql(const std::vector<Counted>& tables, std::size_t from, std::size_t to) {
  std::string sql;
  for (std::size_t i = from; i < to; ++i) {
    sql += fmt::format("{}SELECT {}, count(*), count(*) FILTER (WHERE {}) FROM ONLY {}",
                       sql.empty() ? "" : " UNION ALL ", i, tables[i].condition,
                       quoted(tables[i].table));
  }
  return sql + " ORDER BY 1";
}

Written counted(db::SqlSession& session, const Counted& table,
                const std::vector<std::optional<std::string>>& counts) {
  Written written;
  written.table = table.table.text();
  written.rows = std::stoull(counts.at(1).value());
  written.written = std::stoull(counts.at(2).value());
  const std::uint64_t old_rows = written.rows - written.written;
  if (table.expected && *table.expected > old_rows) written.gone = *table.expected - old_rows;
  if (written.written > 0 && table.planned != nullptr) {
    list_keys(session, quoted(table.table), table.condition, *table.planned, written);
  }
  return written;
}

}  // namespace

std::string is_newer_sql(db::SqlSession& session, const std::string& snapshot) {
  return fmt::format(
      "(CASE WHEN xmin::text::bigint < 3 THEN false ELSE NOT pg_visible_in_snapshot({}, "
      "{}::pg_snapshot) END)",
      transaction_sql(session), literal(snapshot));
}

std::string may_be_newer_sql(db::SqlSession& session, const std::string& snapshot) {
  return fmt::format(
      "(CASE WHEN xmin::text::bigint < 3 THEN false ELSE {} >= pg_snapshot_xmin({}::pg_snapshot) "
      "END)",
      transaction_sql(session), literal(snapshot));
}

std::string all_written_sql(db::SqlSession& session, const std::string& snapshot,
                            const Written& written) {
  return written.hidden == 0 ? is_newer_sql(session, snapshot)
                             : may_be_newer_sql(session, snapshot);
}

std::string snapshot_before(db::SqlSession& session, const std::string& run_id) {
  const std::string began = session
                                .query(fmt::format("SELECT {}::text FROM sluice.event "
                                                   "WHERE run_id = $1 AND event_no = 1",
                                                   transaction_sql(session)),
                                       {run_id})
                                .value();
  return began + ":" + began + ":";
}

std::vector<Written> count_written(db::SqlSession& session, const std::vector<Counted>& tables) {
  std::vector<Written> all;
  for (std::size_t from = 0; from < tables.size(); from += kTablesAtOnce) {
    const std::size_t to = std::min(tables.size(), from + kTablesAtOnce);
    const auto counts = session.query(counts_sql(tables, from, to));
    for (std::size_t i = from; i < to; ++i) {
      all.push_back(counted(session, tables[i], counts.rows.at(i - from)));
    }
  }
  return all;
}

Written count_written(db::SqlSession& session, const model::QualifiedName& table,
                      const std::string& condition, std::optional<std::uint64_t> expected,
                      const plan::TablePlan* planned) {
  return count_written(session, {{table, condition, expected, planned}}).front();
}

std::string versions_sha256(db::SqlSession& session, const model::QualifiedName& table,
                            const std::string& condition, const plan::TablePlan& planned) {
  return session
      .query(fmt::format(
          "SELECT coalesce(encode(sha256(string_agg(version, ''::bytea ORDER BY version)), 'hex'), "
          "'') FROM (SELECT sha256(convert_to(({} || to_jsonb(xmin::text))::text, 'UTF8')) AS "
          "version FROM ONLY {} WHERE {}) versions",
          key_sql(planned), quoted(table), condition))
      .value();
}

std::uint64_t changes(const std::vector<Written>& written) noexcept {
  std::uint64_t sum = 0;
  for (const Written& of_table : written) sum += of_table.changes();
  return sum;
}

}  // namespace sluice::cutover
