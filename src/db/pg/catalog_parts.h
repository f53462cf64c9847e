#pragma once

#include <string>
#include <unordered_map>
#include <vector>

#include "sluice/model/schema.h"

#include "db/pg/connection.h"
#include "db/pg/row.h"

/// The parts of read_catalog(): each reads one kind of thing for all tables in one query.
namespace sluice::db::pg {

/// The tables read so far, by the server's own number.
class TableSet {
 public:
  model::Table& add(const std::string& oid) {
    index_[oid] = tables_.size();
    oids_.push_back(oid);
    return tables_.emplace_back();
  }
  [[nodiscard]] model::Table& at(const std::string& oid) { return tables_.at(index_.at(oid)); }
  [[nodiscard]] bool has(const std::string& oid) const { return index_.contains(oid); }
  /// All numbers as an array, for a query's $1.
  [[nodiscard]] Parameter oids() const { return array_text(oids_); }
  [[nodiscard]] std::vector<model::Table> take() { return std::move(tables_); }

 private:
  std::vector<model::Table> tables_;
  std::vector<std::string> oids_;
  std::unordered_map<std::string, std::size_t> index_;
};

/// Names, kinds and storage, in name order. No schemas: all that are the user's.
void read_tables(Connection& connection, const std::vector<std::string>& schemas, TableSet& tables);
/// The same of those among `names` that are there.
void read_named_tables(Connection& connection, const std::vector<model::QualifiedName>& names,
                       TableSet& tables);
/// Rows and bytes.
void read_estimates(Connection& connection, TableSet& tables);
void read_storage_parameters(Connection& connection, TableSet& tables);
void read_statistics(Connection& connection, TableSet& tables);
void read_columns(Connection& connection, TableSet& tables);
void read_sequences(Connection& connection, TableSet& tables);
void read_indexes(Connection& connection, TableSet& tables);
void read_correlations(Connection& connection, TableSet& tables);
void read_foreign_keys(Connection& connection, TableSet& tables);
void read_checks(Connection& connection, TableSet& tables);
/// Triggers and rules: what acts when rows are written.
void read_triggers(Connection& connection, TableSet& tables);
/// Parents, and how partitioned tables are cut.
void read_inheritance(Connection& connection, TableSet& tables);
/// All of the database that tables may need, each after what it needs itself; and what each table
/// needs, directly or not. A need that no object is cannot be made here.
[[nodiscard]] std::vector<model::SchemaObject> read_objects(Connection& connection,
                                                            TableSet& tables);
/// No schemas: all that are the user's.
[[nodiscard]] std::vector<model::OtherObject> read_others(Connection& connection,
                                                          const std::vector<std::string>& schemas);
[[nodiscard]] std::vector<model::Publication> read_wide_publications(Connection& connection);

}  // namespace sluice::db::pg
