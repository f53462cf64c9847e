// Defaults whose values the tables themselves are asked for.

#include <chrono>
#include <string>
#include <utility>
#include <vector>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/model/unknown_default.h"

#include "db/mysql/catalog_rows.h"

namespace sluice::db::mysql {
namespace {

using std::chrono::seconds;
using std::chrono::steady_clock;

/// For the lock of one table, in seconds: the application queues behind who waits for it.
constexpr const char* kWaitForOne = "2";
/// For all of them: people wait for a plan.
constexpr seconds kForAll{10};

bool is_bytes(const model::Column& column) {
  return codec::mysql_kind(column.type) == codec::MysqlKind::binary;
}

/// Literals that the catalogue may print otherwise than they are: it has a question mark for each
/// character of four bytes; of bytes MySQL shows those before the first NUL, and MariaDB a text.
bool is_doubtful(const model::Column& column) {
  if (!column.default_sql || column.extra.find("DEFAULT_GENERATED") != std::string::npos)
    return false;
  const std::string& sql = *column.default_sql;
  if (is_bytes(column)) return sql.starts_with("'") || sql.starts_with("0x");
  return sql.starts_with("'") && sql.find('?') != std::string::npos;
}

std::vector<model::Column*> doubtful_columns(model::Table& table) {
  std::vector<model::Column*> columns;
  if (table.kind == "view") return columns;
  for (model::Column& column : table.columns) {
    if (is_doubtful(column)) columns.push_back(&column);
  }
  return columns;
}

/// The table need not have rows.
void read_values(SqlSession& session, const model::QualifiedName& table,
                 const std::vector<model::Column*>& columns) {
  std::string list;
  for (const model::Column* const column : columns) {
    const std::string value =
        "DEFAULT(" + model::quote_identifier(model::Engine::mysql, column->name) + ")";
    list += (list.empty() ? "" : ", ") + (is_bytes(*column) ? "HEX(" + value + ")" : value);
  }
  const QueryResult result =
      session.query("SELECT " + list + " FROM (SELECT 1) AS one LEFT JOIN " +
                    model::quote_name(model::Engine::mysql, table) + " ON FALSE");
  for (std::size_t i = 0; i < columns.size(); ++i) {
    const std::string value = text_at(result.rows.at(0), i);
    columns[i]->default_sql =
        is_bytes(*columns[i]) ? "0x" + value : model::quote_literal(model::Engine::mysql, value);
  }
}

void set_unknown(const std::vector<model::Column*>& columns, const std::string& why) {
  for (model::Column* const column : columns) column->default_sql = model::unknown_default(why);
}

/// A table that the role may not read, or somebody has locked, is nobody else's trouble.
void read_or_say_why(SqlSession& session, const model::QualifiedName& table,
                     const std::vector<model::Column*>& columns) {
  try {
    read_values(session, table, columns);
  } catch (const model::Error& error) {
    const bool concerns_all =
        error.retry() == model::Retry::new_session || error.kind() == model::ErrorKind::interrupted;
    if (concerns_all) throw;
    set_unknown(columns, error.what());
  }
}

}  // namespace

void read_doubtful_defaults(SqlSession& session, Tables& tables) {
  std::vector<std::pair<const model::Table*, std::vector<model::Column*>>> doubtful;
  for (model::Table& table : tables) {
    if (auto columns = doubtful_columns(table); !columns.empty())
      doubtful.emplace_back(&table, std::move(columns));
  }
  if (doubtful.empty()) return;
  const std::string wait = session.query("SELECT @@lock_wait_timeout").value();
  session.query(std::string("SET SESSION lock_wait_timeout = ") + kWaitForOne);
  const auto end = steady_clock::now() + kForAll;
  for (const auto& [table, columns] : doubtful) {
    if (steady_clock::now() < end) {
      read_or_say_why(session, table->name, columns);
    } else {
      set_unknown(columns, "other tables took all the time there is");
    }
  }
  session.query("SET SESSION lock_wait_timeout = " + wait);
}

}  // namespace sluice::db::mysql
