#include "db/mysql/dialect.h"

#include <utility>

#include "sluice/codec/mysql_types.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/quote.h"

#include "db/mysql/catalog_rows.h"

namespace sluice::db::mysql {
namespace {

using model::Engine;

/// MySQL (9.7) shows expressions as UTF-8 whose bytes have been taken for characters and put into
/// UTF-8 once more. Texts that are not of that form are as they should be.
std::string decoded_once(const std::string& printed) {
  std::string bytes;
  for (std::size_t i = 0; i < printed.size(); ++i) {
    const auto byte = static_cast<unsigned char>(printed[i]);
    if (byte < 0x80U) {
      bytes += printed[i];
      continue;
    }
    const bool is_byte = (byte == 0xC2U || byte == 0xC3U) && i + 1 < printed.size();
    if (!is_byte) return printed;
    bytes +=
        static_cast<char>(((byte & 3U) << 6U) | (static_cast<unsigned char>(printed[++i]) & 0x3FU));
  }
  return codec::is_utf8(bytes) ? bytes : printed;
}

bool is_moment(codec::MysqlKind kind) noexcept {
  return kind == codec::MysqlKind::datetime || kind == codec::MysqlKind::timestamp;
}

/// Literals that MySQL prints as they stand in SQL: numbers, b'101', 0x616263.
bool stands_bare(codec::MysqlKind kind, const std::string& printed) noexcept {
  switch (kind) {
    case codec::MysqlKind::tinyint:
    case codec::MysqlKind::smallint:
    case codec::MysqlKind::mediumint:
    case codec::MysqlKind::integer:
    case codec::MysqlKind::bigint:
    case codec::MysqlKind::year:
    case codec::MysqlKind::decimal:
    case codec::MysqlKind::float4:
    case codec::MysqlKind::float8:
    case codec::MysqlKind::bit:
      return true;
    case codec::MysqlKind::binary:
      return printed.starts_with("0x");
    default:
      return false;
  }
}

std::vector<std::string> lines_of(const QueryResult& result) {
  std::vector<std::string> lines;
  for (const auto& row : result.rows) lines.push_back(row.at(0).value_or(""));
  return lines;
}

void add_lines(const QueryResult& result, std::vector<std::string>& lines) {
  for (std::string& line : lines_of(result)) lines.push_back(std::move(line));
}

/// MariaDB has one role at a time.
void add_mariadb_roles(SqlSession& session, std::vector<std::string>& lines) {
  const auto quoted = [](const std::string& name) {
    return model::quote_identifier(Engine::mariadb, name);
  };
  const QueryResult current = session.query("SELECT CURRENT_ROLE()");
  const QueryResult roles =
      session.query("SELECT DISTINCT ROLE_NAME FROM information_schema.APPLICABLE_ROLES");
  for (const std::string& role : lines_of(roles)) {
    session.query("SET ROLE " + quoted(role));
    add_lines(session.query("SHOW GRANTS FOR CURRENT_ROLE()"), lines);
  }
  const std::optional<std::string>& old = current.rows.at(0).at(0);
  if (!roles.rows.empty()) session.query("SET ROLE " + (old ? quoted(*old) : "NONE"));
}

/// With all roles in use, those that every user has and those of roles among them, MySQL prints
/// what all of them allow.
void add_mysql_roles(SqlSession& session, std::vector<std::string>& lines) {
  const std::string current = session.query("SELECT CURRENT_ROLE()").value();  // a list, or NONE
  session.query("SET ROLE ALL");
  add_lines(session.query("SHOW GRANTS"), lines);
  session.query("SET ROLE " + current);
}

}  // namespace

Engine engine_of_version(std::string_view version) noexcept {
  return version.find("MariaDB") != std::string_view::npos ? Engine::mariadb : Engine::mysql;
}

std::string own_session_statement(Engine engine, std::uint32_t statement_seconds) {
  if (engine == Engine::mariadb) {
    return "SET SESSION max_statement_time = " + std::to_string(statement_seconds) +
           ", idle_transaction_timeout = 0, idle_readonly_transaction_timeout = 0";
  }
  return "SET SESSION max_execution_time = " +
         std::to_string(std::uint64_t{statement_seconds} * 1000) +
         ", information_schema_stats_expiry = 0";
}

bool has_delete_returning(Engine engine) noexcept { return engine == Engine::mariadb; }

std::string foreign_keys_view(Engine engine) {
  return engine == Engine::mariadb ? "information_schema.INNODB_SYS_FOREIGN"
                                   : "information_schema.INNODB_FOREIGN";
}

std::string identity_variable(Engine engine) {
  return engine == Engine::mariadb ? "server_uid" : "server_uuid";
}

std::string expression_sql(Engine engine, const std::string& printed) {
  if (engine == Engine::mariadb) return printed;
  const std::string text = decoded_once(printed);
  std::string sql;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const bool escape = text[i] == '\\' && i + 1 < text.size();
    sql += escape ? codec::mysql_unescaped(text[++i]) : text[i];
  }
  return sql;
}

std::optional<std::string> default_sql(Engine engine, const model::ColumnType& type,
                                       const std::optional<std::string>& printed,
                                       const std::string& extra) {
  if (!printed) return std::nullopt;
  // MariaDB (since 10.2.7) prints an expression, NULL included.
  if (engine == Engine::mariadb) return *printed == "NULL" ? std::nullopt : printed;
  // MySQL prints a literal's text bare and, since 8.0, marks what is an expression.
  const codec::MysqlKind kind = codec::mysql_kind(type);
  if (extra.find("DEFAULT_GENERATED") != std::string::npos ||
      (is_moment(kind) && printed->starts_with("CURRENT_TIMESTAMP"))) {
    return expression_sql(engine, *printed);
  }
  return stands_bare(kind, *printed) ? *printed : model::quote_literal(engine, *printed);
}

std::string checks_sql(Engine engine, std::size_t schemas) {
  const std::string wanted = placeholders(schemas) + " ORDER BY 1, 2, 3";
  if (engine == Engine::mariadb) {
    return "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, CHECK_CLAUSE, 'YES' "
           "FROM information_schema.CHECK_CONSTRAINTS WHERE CONSTRAINT_SCHEMA IN " +
           wanted;
  }
  // MySQL keeps the table of a check in another view; MariaDB's names are unique in a table only.
  return "SELECT t.TABLE_SCHEMA, t.TABLE_NAME, c.CONSTRAINT_NAME, c.CHECK_CLAUSE, t.ENFORCED "
         "FROM information_schema.CHECK_CONSTRAINTS c JOIN information_schema.TABLE_CONSTRAINTS t "
         "ON t.CONSTRAINT_SCHEMA = c.CONSTRAINT_SCHEMA AND t.CONSTRAINT_NAME = c.CONSTRAINT_NAME "
         "AND t.CONSTRAINT_TYPE = 'CHECK' WHERE c.CONSTRAINT_SCHEMA IN " +
         wanted;
}

std::string explain(Engine engine) {
  return engine == Engine::mariadb ? "EXPLAIN" : "EXPLAIN FORMAT = TRADITIONAL";
}

RoutineRight routine_right(Engine engine) {
  if (engine == Engine::mariadb) return {"SELECT", {"mysql", "proc"}};
  return {"SHOW_ROUTINE", {}};
}

bool is_usable_index(const QueryResult& indexes, std::size_t row) {
  for (std::size_t i = 0; i < indexes.columns.size(); ++i) {
    const std::optional<std::string>& value = indexes.rows.at(row).at(i);
    if (indexes.columns[i] == "Visible" && value == "NO") return false;
    if (indexes.columns[i] == "Ignored" && value == "YES") return false;
  }
  return true;
}

std::vector<std::string> all_grants(SqlSession& session) {
  std::vector<std::string> lines = lines_of(session.query("SHOW GRANTS"));
  if (session.engine() == Engine::mariadb) {
    add_mariadb_roles(session, lines);
  } else {
    add_mysql_roles(session, lines);
  }
  return lines;
}

}  // namespace sluice::db::mysql
