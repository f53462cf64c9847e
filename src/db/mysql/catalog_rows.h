#pragma once

#include <span>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"

namespace sluice::db::mysql {

/// Each reads one view of information_schema for the schemas, in one query, into the tables of that
/// list; rows of tables that are not in it are passed over. `tables` is in name order.
using Tables = std::vector<model::Table>;

/// Which tables are meant, as SQL of the columns TABLE_SCHEMA and TABLE_NAME. MariaDB opens no
/// other table for the views that have them.
struct Scope {
  std::string condition;
  std::vector<Parameter> parameters;
};
[[nodiscard]] Scope all_of(const std::vector<std::string>& schemas);
[[nodiscard]] Scope those_of(std::span<const model::QualifiedName> names);

[[nodiscard]] Tables read_tables(SqlSession& session, const Scope& scope);
void read_estimates(SqlSession& session, const Scope& scope, Tables& tables);
void read_columns(SqlSession& session, const Scope& scope, Tables& tables);
/// Asks for the values of defaults that the catalogue may print otherwise than they are. What
/// cannot be had becomes a model::unknown_default().
void read_doubtful_defaults(SqlSession& session, Tables& tables);
void read_indexes(SqlSession& session, const Scope& scope, Tables& tables);
void read_foreign_keys(SqlSession& session, const std::vector<std::string>& schemas,
                       Tables& tables);
/// REQUIRES: columns have been read: MariaDB's json is known only by its check.
void read_checks(SqlSession& session, const std::vector<std::string>& schemas, Tables& tables);
void read_triggers(SqlSession& session, const std::vector<std::string>& schemas, Tables& tables);
/// How tables are cut into partitions, of those that read_tables() has found to be.
void read_partition_keys(SqlSession& session, const std::vector<std::string>& schemas,
                         Tables& tables);
/// What lies beside tables, as far as the role may see it: routines that it may run, events and
/// triggers of databases or tables on which it has that right.
/// REQUIRES: triggers have been read.
[[nodiscard]] std::vector<model::OtherObject> read_others(SqlSession& session,
                                                          const std::vector<std::string>& schemas,
                                                          const Tables& tables);

/// For the parts above: the value of a column, "" for NULL.
[[nodiscard]] std::string text_at(const std::vector<std::optional<std::string>>& row,
                                  std::size_t i);
/// "(?, ?)" for so many names, to follow IN; and the parameters themselves.
[[nodiscard]] std::string placeholders(std::size_t count);
[[nodiscard]] std::vector<Parameter> parameters(const std::vector<std::string>& names);
/// nullptr where there is none of that name.
[[nodiscard]] model::Table* find_table(Tables& tables, const std::string& schema,
                                       const std::string& name);

}  // namespace sluice::db::mysql
