// Rows by their keys: found, and deleted.

#include <map>
#include <set>

#include "sluice/codec/pg_types.h"
#include "sluice/model/error.h"

#include "db/pg/copy_out.h"
#include "db/pg/copy_rows.h"
#include "db/pg/error.h"
#include "db/pg/key_sql.h"
#include "db/pg/pg.h"
#include "db/pg/read_sql.h"
#include "db/pg/session.h"
#include "db/pg/stream_scope.h"

namespace sluice::db::pg {
namespace {

/// integrity_constraint_violation: rows that refer to the deleted ones (23503, from version 18 on
/// 23001 too).
constexpr std::string_view kIntegrity = "23";

/// What is found by a key is found through its index: a plan that reads the whole table would be
/// made again for every batch.
constexpr const char* kByIndex =
    "SET LOCAL enable_seqscan = off; SET LOCAL enable_hashjoin = off; "
    "SET LOCAL enable_mergejoin = off; SET LOCAL enable_sort = off; ";

/// COPY's binary form is the column's own, or its input function reads the text.
bool is_staged(const ReadColumn& column) {
  const codec::CarrierChoice own = codec::carrier_for_pg_column(column.type);
  return column.type.base == "xml" || !own.binary_copy || own.carrier != column.carrier;
}

TableWrite table_write(const TableRead& table) {
  TableWrite write;
  write.table = table.table;
  for (const ReadColumn& column : table.columns) {
    write.columns.push_back({column.name, column.type.sql, column.carrier, is_staged(column)});
  }
  return write;
}

class PgRowSession final : public SessionOn<RowSession> {
 public:
  PgRowSession(const model::Endpoint& endpoint, Purpose purpose) : SessionOn(endpoint, purpose) {}

  void find(const TableRead& table, std::span<const model::Key> keys, SourceBatch& out) override {
    if (keys.empty()) return;
    const bool own = !connection().in_transaction();
    if (own) begin();
    prepare(table);
    take(find_sql(table, keys, only(table.table)), out);
    if (own) rollback();
  }

  [[nodiscard]] std::optional<Refusal> remove(const TableRead& table,
                                              std::span<const model::Key> keys,
                                              SourceBatch& out) override {
    if (keys.empty()) return std::nullopt;
    prepare(table);
    try {
      take(remove_sql(table, keys, only(table.table)), out);
    } catch (const FailedStatement& error) {
      if (!error.sqlstate().starts_with(kIntegrity)) throw;
      return Refusal{Refusal::Kind::foreign_key, error.sqlstate(), "", "", error.what()};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refusal> insert(const TableRead& table,
                                              const codec::RowBuffer& rows) override {
    if (rows.empty()) return std::nullopt;
    return copy_rows_in(connection(), table_write(table), rows, 0, rows.rows());
  }

  [[nodiscard]] bool try_lock(const std::string& name) override {
    return query("SELECT pg_try_advisory_lock(hashtextextended($1, 0))", {name}).value() == "t";
  }

 private:
  /// For the rest of the transaction. References are checked with each statement, so that what
  /// stands against it is known before COMMIT.
  void prepare(const TableRead& table) {
    connection().run(std::string(kByIndex) + "SET CONSTRAINTS ALL IMMEDIATE; " +
                     "SET LOCAL search_path = pg_catalog" + operator_schemas(table) + ", pg_temp");
  }

  void take(const std::string& sql, SourceBatch& out) {
    CopyOut copy(connection(), sql);
    while (copy.next()) out.rows.append_row({copy.data(), copy.size()});
  }

  Only only(const model::QualifiedName& table) {
    const auto [entry, is_new] = only_.try_emplace(table, Only::no);
    if (is_new && read_heap_facts(connection(), table).is_heap) entry->second = Only::yes;
    return entry->second;
  }

  std::map<model::QualifiedName, Only> only_;
};

}  // namespace

std::unique_ptr<RowSession> open_rows(const model::Endpoint& endpoint, Purpose purpose) {
  return std::make_unique<PgRowSession>(endpoint, purpose);
}

std::string removal_sql(const TableRead& table, std::span<const model::Key> keys) {
  return remove_sql(table, keys, Only::yes);
}

}  // namespace sluice::db::pg
