#include "support/random_arrived.h"

#include <algorithm>
#include <cstdlib>
#include <iterator>

#include <fmt/format.h>

#include "support/random_tables.h"

namespace sluice::test {
namespace {

using Texts = std::vector<std::string>;

std::string selected(const RandomDatabase& database, const RandomTable& table, bool of_source) {
  RandomDialect postgresql;
  const RandomDialect& dialect = of_source ? database.dialect : postgresql;
  std::string sql = "SELECT ";
  for (const RandomColumn& column : table.columns) {
    const std::string& text = of_source ? column.type.source_text : column.type.target_text;
    sql += filled(text, dialect.quoted(column.name)) + ", ";
  }
  sql.resize(sql.size() - 2);
  return sql + " FROM " + dialect.quoted(table.name);
}

/// The shortest texts of a double differ between servers; the doubles do not.
std::string value_text(const std::optional<std::string>& value, bool is_double) {
  if (!value) return "NULL";
  return is_double ? fmt::format("{:a}", std::strtod(value->c_str(), nullptr)) : *value;
}

Texts lines_of(const RandomTable& table, const Rows& rows) {
  Texts lines;
  for (const Row& row : rows) {
    std::string line;
    for (std::size_t i = 0; i < row.size(); ++i) {
      line += value_text(row[i], table.columns[i].type.is_double) + " | ";
    }
    lines.push_back(std::move(line));
  }
  std::ranges::sort(lines);
  return lines;
}

Texts without(const Texts& some, const Texts& others) {
  Texts left;
  std::ranges::set_difference(some, others, std::back_inserter(left));
  return left;
}

std::string unfit_rows(const RandomDatabase& database, const RandomTable& table) {
  std::string sql;
  for (const RandomColumn& column : table.columns) {
    if (column.type.unfit.empty()) continue;
    // Unknown is fit: the value is NULL.
    sql += (sql.empty() ? "" : " OR ") +
           ("COALESCE(" + filled(column.type.unfit, database.dialect.quoted(column.name)) + ", 0)");
  }
  return sql.empty() ? "0" : sql;
}

Texts names_of(const Rows& rows) {
  Texts names;
  for (const Row& row : rows) names.push_back(row.at(0).value());
  std::ranges::sort(names);
  return names;
}

}  // namespace

ArrivedTable compare_rows(const RandomDatabase& database, const RandomTable& table,
                          const Session& source, const Session& target) {
  const std::string unfit = unfit_rows(database, table);
  const std::string select = selected(database, table, true);
  const Texts fit = lines_of(table, source(select + " WHERE NOT (" + unfit + ")"));
  const Texts arrived = lines_of(table, target(selected(database, table, false)));
  ArrivedTable result;
  result.unfit = source(select + " WHERE " + unfit).size();
  result.missing = without(fit, arrived);
  result.added = without(arrived, fit);
  return result;
}

std::string keys_difference(const Session& source, const Session& target) {
  const Texts before = names_of(source(
      "SELECT CONCAT(table_name, '.', IF(index_name = 'PRIMARY', '', index_name), ' ', "
      "IF(non_unique, 'index', 'unique')) FROM information_schema.statistics WHERE table_schema = "
      "DATABASE() AND index_type IN ('BTREE', 'HASH') AND seq_in_index = 1 UNION ALL SELECT "
      "CONCAT(table_name, '.', constraint_name, ' foreign key') FROM "
      "information_schema.referential_constraints WHERE constraint_schema = DATABASE()"));
  const Texts after = names_of(target(
      "SELECT relname || '.' || CASE WHEN indisprimary THEN '' ELSE (SELECT relname FROM pg_class "
      "WHERE oid = indexrelid) END || ' ' || CASE WHEN indisunique THEN 'unique' ELSE 'index' END "
      "FROM pg_index JOIN pg_class c ON c.oid = indrelid WHERE relnamespace = "
      "'public'::regnamespace UNION ALL SELECT relname || '.' || conname || ' foreign key' FROM "
      "pg_constraint JOIN pg_class c ON c.oid = conrelid WHERE contype = 'f' AND relnamespace = "
      "'public'::regnamespace"));
  std::string text;
  for (const std::string& name : without(before, after))
    text += "only in the source: " + name + "\n";
  for (const std::string& name : without(after, before))
    text += "only in the target: " + name + "\n";
  return text;
}

}  // namespace sluice::test
