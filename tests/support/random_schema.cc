#include "support/random_schema.h"

#include <algorithm>
#include <stdexcept>

#include <fmt/format.h>

#include "support/random_tables.h"

namespace sluice::test {
namespace {

constexpr std::size_t kRowsAtOnce = 100;

std::string values_of(const RandomTable& table, const std::vector<std::string>& row) {
  std::string sql;
  for (std::size_t i = 0; i < row.size(); ++i) {
    if (!table.columns[i].generated) sql += (sql.empty() ? "(" : ", ") + row[i];
  }
  return sql + ")";
}

std::string doubled(const std::string& text, char quote) {
  std::string out(1, quote);
  for (const char c : text) out.append(c == quote ? 2 : 1, c);
  return out + quote;
}

/// MySQL's timestamps are NOT NULL unless they say otherwise; generated columns may not say so.
const char* null_of(const RandomColumn& column) {
  if (column.generated) return "";
  return column.nullable ? " NULL" : " NOT NULL";
}

/// One database's statements, and what of them is refused.
class Maker {
 public:
  Maker(const RandomDatabase& database, const std::function<Rows(const std::string&)>& session)
      : database_(database), session_(session) {}

  void run(const std::vector<RandomStatement>& statements) {
    for (const RandomStatement& statement : statements) {
      if (!statement.may_be_refused) {
        session_(statement.sql);
      } else if (!accepts(statement.sql)) {
        ++refused_.statements;
      }
    }
  }

  /// Rows that a key or the type does not allow are left out one by one.
  void insert(const RandomTable& table) {
    const std::string head = insert_head(table);
    const std::string tail = database_.dialect.is_mysql ? "" : " ON CONFLICT DO NOTHING";
    for (std::size_t first = 0; first < table.rows.size(); first += kRowsAtOnce) {
      const std::size_t last = std::min(first + kRowsAtOnce, table.rows.size());
      std::string all;
      for (std::size_t i = first; i < last; ++i) {
        all += (i == first ? "" : ",\n") + values_of(table, table.rows[i]);
      }
      if (accepts(fmt::format("{}{}{}", head, all, tail))) continue;
      for (std::size_t i = first; i < last; ++i) {
        const std::string row = values_of(table, table.rows[i]);
        if (!accepts(fmt::format("{}{}{}", head, row, tail))) ++refused_.rows;
      }
    }
  }

  [[nodiscard]] Refused refused() const { return refused_; }

 private:
  /// `only_for`: part of what the server must say; anything else goes through.
  bool accepts(const std::string& sql, const std::string& only_for = {}) {
    try {
      session_(sql);
      return true;
    } catch (const std::runtime_error& refusal) {
      if (std::string_view(refusal.what()).find(only_for) == std::string_view::npos) throw;
      return false;
    }
  }

  [[nodiscard]] std::string insert_head(const RandomTable& table) const {
    std::string columns;
    for (const RandomColumn& column : table.columns) {
      if (column.generated) continue;
      columns += (columns.empty() ? "" : ", ") + database_.dialect.quoted(column.name);
    }
    const bool is_mysql = database_.dialect.is_mysql;
    return fmt::format("INSERT {}INTO {} ({}) {}VALUES ", is_mysql ? "IGNORE " : "",
                       database_.name_of(table), columns,
                       is_mysql ? "" : "OVERRIDING SYSTEM VALUE ");
  }

  const RandomDatabase& database_;
  const std::function<Rows(const std::string&)>& session_;
  Refused refused_;
};

}  // namespace

std::string RandomDialect::quoted(const std::string& name) const {
  return doubled(name, is_mysql ? '`' : '"');
}

std::string RandomDialect::literal(const std::string& text) const {
  std::string escaped;
  for (const char c : text) {
    if (c == '\0') {
      escaped += "\\0";
    } else {
      if (c == '\\' || c == '\'') escaped.push_back(c == '\'' ? '\'' : '\\');
      escaped.push_back(c);
    }
  }
  return (is_mysql ? "'" : "E'") + escaped + "'";
}

std::string RandomDatabase::name_of(const RandomTable& table) const {
  const std::string name = dialect.quoted(table.name);
  return table.schema.empty() ? name : dialect.quoted(table.schema) + "." + name;
}

std::string RandomDatabase::sizes() const {
  std::size_t columns = 0;
  std::size_t rows = 0;
  for (const RandomTable& table : tables) {
    columns += table.columns.size();
    rows += table.rows.size();
  }
  return fmt::format("{} seed {}: {} tables, {} columns, {} rows",
                     dialect.is_mysql ? "mysql" : "postgresql", seed, tables.size(), columns, rows);
}

std::string RandomDatabase::create(const RandomTable& table) const {
  std::string sql;
  for (const RandomColumn& column : table.columns) {
    sql += fmt::format("{}\n  {} {} {}{} {}", sql.empty() ? "" : ",", dialect.quoted(column.name),
                       column.type.sql, column.type.options, null_of(column), column.clause);
  }
  if (!table.key.empty()) {
    sql += fmt::format(",\n  PRIMARY KEY ({})", column_list(*this, table, table.key));
  }
  return fmt::format("CREATE TABLE {} ({})", name_of(table), sql);
}

Refused make_database(const RandomDatabase& database,
                      const std::function<Rows(const std::string&)>& session) {
  Maker maker(database, session);
  maker.run(database.before);
  for (const RandomTable& table : database.tables) session(database.create(table));
  for (const RandomTable& table : database.tables) maker.insert(table);
  maker.run(database.after);
  return maker.refused();
}

}  // namespace sluice::test
