#include "support/dump_diff.h"

#include <algorithm>
#include <iterator>
#include <map>
#include <sstream>
#include <stdexcept>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "support/neutral_text.h"
#include "support/run_process.h"

namespace sluice::test {
namespace {

// --- MySQL's family and PostgreSQL ---

/// A table's columns, in no order, with the SQL of their neutral texts.
struct Column {
  std::string sql;
  bool inexact = false;
};
using Columns = std::map<std::string, Column>;
using Tables = std::map<std::string, Columns>;

std::string quoted(const std::string& name, char quote) {
  std::string text(1, quote);
  for (const char c : name) text.append(c == quote ? 2 : 1, c);
  return text + quote;
}

Tables tables_of(MysqlSql& source) {
  Tables tables;
  for (const Row& row : source.query(
           "SELECT table_name, column_name, data_type, COALESCE(numeric_precision, 0) FROM "
           "information_schema.tables JOIN information_schema.columns USING (table_schema, "
           "table_name) WHERE table_schema = DATABASE() AND table_type = 'BASE TABLE'")) {
    const std::string& type = *row.at(2);
    tables[*row.at(0)][*row.at(1)] = {neutral_mysql(type, quoted(*row.at(1), '`'), *row.at(3)),
                                      is_inexact(type)};
  }
  return tables;
}

Tables tables_of(PgSql& target, const std::string& schema) {
  Tables tables;
  for (const Row& row : target.query(fmt::format(
           "SELECT relname, attname, typname FROM pg_class c JOIN pg_attribute a ON attrelid = "
           "c.oid JOIN pg_type t ON t.oid = atttypid WHERE relnamespace = '\"{}\"'::regnamespace "
           "AND relkind IN ('r', 'p') AND attnum > 0 AND NOT attisdropped",
           schema))) {
    tables[*row.at(0)][*row.at(1)] = {neutral_postgres(*row.at(2), quoted(*row.at(1), '"')), false};
  }
  return tables;
}

template <typename Map>
std::string names_of(const Map& map) {
  std::string names;
  for (const auto& entry : map) names += (names.empty() ? "" : ", ") + entry.first;
  return names;
}

std::string select_list(const Columns& columns) {
  std::string list;
  for (const auto& [name, column] : columns) list += (list.empty() ? "" : ", ") + column.sql;
  return list;
}

/// Sorted by bytes, which no collation has a say in.
Rows sorted(Rows rows, const Columns& columns) {
  std::size_t i = 0;
  for (const auto& [name, column] : columns) {
    for (Row& row : rows) {
      if (column.inexact && row[i]) row[i] = neutral_double(*row[i]);
    }
    ++i;
  }
  std::ranges::sort(rows);
  return rows;
}

std::string differing_columns(const Row& left, const Row& right, const Columns& columns) {
  std::string names;
  std::size_t i = 0;
  for (const auto& [name, column] : columns) {
    if (left[i] != right[i]) names += (names.empty() ? "" : ", ") + name;
    ++i;
  }
  return names;
}

std::string rows_difference(const Rows& expected, const Rows& actual, const Columns& columns) {
  Rows lost;
  Rows gained;
  std::ranges::set_difference(expected, actual, std::back_inserter(lost));
  std::ranges::set_difference(actual, expected, std::back_inserter(gained));
  if (lost.empty() && gained.empty()) return "";
  std::string text = fmt::format("{} rows are on the source only, {} on the target only",
                                 lost.size(), gained.size());
  if (!lost.empty() && !gained.empty()) {
    text += "; the first differ in " + differing_columns(lost[0], gained[0], columns);
  }
  if (!lost.empty()) text += "\n- " + to_text({lost[0]});
  if (!gained.empty()) text += "\n+ " + to_text({gained[0]});
  return text;
}

// --- PostgreSQL and PostgreSQL ---

using Lines = std::vector<std::string>;

/// The random word that keeps a dump from being broken out of is another in each dump.
bool is_random(std::string_view line) {
  return line.starts_with("\\restrict ") || line.starts_with("\\unrestrict ");
}

/// Rows of one table as one block, each table's own order aside.
Lines dump_of(const PostgresDatabase& db) {
  const RunResult dump = run_process(
      {"pg_dump", "--no-owner", "--no-privileges", "--exclude-schema=sluice", db.conninfo()});
  if (dump.exit_code != 0) throw std::runtime_error("pg_dump: " + dump.err);
  Lines lines;
  std::istringstream text(dump.out);
  std::ptrdiff_t rows_begin = -1;
  for (std::string line; std::getline(text, line);) {
    if (is_random(line)) continue;
    if (line == "\\." && rows_begin >= 0) {
      std::sort(lines.begin() + rows_begin, lines.end());
      rows_begin = -1;
    }
    lines.push_back(line);
    if (rows_begin < 0 && line.starts_with("COPY ") && line.ends_with(" FROM stdin;")) {
      rows_begin = std::ssize(lines);
    }
  }
  return lines;
}

}  // namespace

std::string dump_difference(const MysqlFamilyDatabase& source, const PostgresDatabase& target,
                            const std::string& schema) {
  MysqlSql mysql(source.server().option_file(), source.name());
  mysql.query("SET time_zone = '+00:00'");
  PgSql postgres(target.conninfo());
  Tables expected = tables_of(mysql);
  Tables actual = tables_of(postgres, schema);
  if (names_of(expected) != names_of(actual)) {
    return fmt::format("tables: {}\nbecame {}", names_of(expected), names_of(actual));
  }
  for (const auto& [table, columns] : expected) {
    const Columns& arrived = actual.at(table);
    if (names_of(columns) != names_of(arrived)) {
      return fmt::format("{}: columns {}\nbecame {}", table, names_of(columns), names_of(arrived));
    }
    const std::string difference = rows_difference(
        sorted(
            mysql.query(fmt::format("SELECT {} FROM {}", select_list(columns), quoted(table, '`'))),
            columns),
        sorted(postgres.query(fmt::format("SELECT {} FROM {}.{}", select_list(arrived),
                                          quoted(schema, '"'), quoted(table, '"'))),
               columns),
        columns);
    if (!difference.empty()) return fmt::format("{}: {}", table, difference);
  }
  return "";
}

std::string dump_difference(const PostgresDatabase& source, const PostgresDatabase& target) {
  const Lines expected = dump_of(source);
  const Lines actual = dump_of(target);
  const auto [left, right] = std::ranges::mismatch(expected, actual);
  if (left == expected.end() && right == actual.end()) return "";
  const std::string end = "(the end)";
  return fmt::format("line {}:\n- {}\n+ {}", left - expected.begin() + 1,
                     left == expected.end() ? end : *left, right == actual.end() ? end : *right);
}

}  // namespace sluice::test
