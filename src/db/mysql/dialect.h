#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"

/// All that MySQL and MariaDB do differently in SQL and in their catalogues, but for their binary
/// logs (binary_log.h). Between C clients client.h tells.
namespace sluice::db::mysql {

/// What VERSION() says tells whose server it is, whatever the config calls it.
[[nodiscard]] model::Engine engine_of_version(std::string_view version) noexcept;

/// What only this server's sessions can be set to, or have to be. `statement_seconds`: see
/// model::Endpoint; MySQL ends nothing but a SELECT by it.
[[nodiscard]] std::string own_session_statement(model::Engine engine,
                                                std::uint32_t statement_seconds);

/// The global variable that names the server; MariaDB has it from 10.10 on.
[[nodiscard]] std::string identity_variable(model::Engine engine);

/// An expression as the catalogue prints it (of a default, a generated column, an index or a
/// check), as SQL. MySQL prints it as if it stood in a text literal.
[[nodiscard]] std::string expression_sql(model::Engine engine, const std::string& printed);

/// COLUMN_DEFAULT as SQL; absent where there is none. `extra` is EXTRA.
[[nodiscard]] std::optional<std::string> default_sql(model::Engine engine,
                                                     const model::ColumnType& type,
                                                     const std::optional<std::string>& printed,
                                                     const std::string& extra);

/// Schema, table, name, clause and YES or NO (enforced) of each check of so many schemas, which are
/// the statement's parameters.
[[nodiscard]] std::string checks_sql(model::Engine engine, std::size_t schemas);

/// What stands before a SELECT to get its plan as a table with a column `rows`: MySQL's own way to
/// print plans can be set, and is a tree in 9.7.
[[nodiscard]] std::string explain(model::Engine engine);

/// A right to be shown every routine of the server, whoever made it.
struct RoutineRight {
  std::string privilege;
  model::QualifiedName table;  // that the privilege is on; empty: on the server
};
[[nodiscard]] RoutineRight routine_right(model::Engine engine);

/// A row of SHOW INDEX: whether the optimizer may use the index, and a hint may name it. MySQL
/// calls the others invisible, MariaDB ignored.
[[nodiscard]] bool is_usable_index(const QueryResult& indexes, std::size_t row);

/// Whether a DELETE gives back what it has deleted.
[[nodiscard]] bool has_delete_returning(model::Engine engine) noexcept;

/// The view of all foreign keys of InnoDB, which asks for PROCESS.
[[nodiscard]] std::string foreign_keys_view(model::Engine engine);

/// Lines of SHOW GRANTS for the user, and for every role that was granted to it, in use or not:
/// whoever has the password can SET ROLE.
[[nodiscard]] std::vector<std::string> all_grants(SqlSession& session);

}  // namespace sluice::db::mysql
