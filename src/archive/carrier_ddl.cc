#include "archive/carrier_ddl.h"

#include <algorithm>
#include <array>
#include <set>
#include <string_view>

#include "sluice/codec/printable.h"
#include "sluice/model/pg_quoted.h"

#include "archive/names.h"

namespace sluice::archive {
namespace {

// PostgreSQL's NAMEDATALEN - 1: longer names are cut, and may meet then.
constexpr std::size_t kMaxNameBytes = 63;
// Columns that every table of PostgreSQL has already.
constexpr std::array<std::string_view, 6> kSystemColumns{"tableoid", "xmin", "cmin",
                                                         "xmax",     "cmax", "ctid"};

bool usable(const std::string& name, const std::set<std::string>& taken) {
  return !name.empty() && name.size() <= kMaxNameBytes && taken.count(name) == 0 &&
         std::find(kSystemColumns.begin(), kSystemColumns.end(), name) == kSystemColumns.end();
}

std::vector<std::string> column_names(const TableHead& table) {
  std::set<std::string> taken;
  for (const Column& column : table.columns) taken.insert(column.name);
  std::set<std::string> given;
  std::vector<std::string> names;
  for (std::size_t i = 0; i < table.columns.size(); ++i) {
    std::string name = table.columns[i].name;
    if (!usable(name, given)) {
      name = "column_" + std::to_string(i + 1);
      while (taken.count(name) > 0) name += "_";
    }
    given.insert(name);
    names.push_back(name);
  }
  return names;
}

/// What comes from a database must not end the comment it stands in.
std::string comment(const std::string& what, const std::string& text) {
  return "-- " + what + ": " + codec::printable_line(text) + "\n";
}

std::string key_text(const TableHead& table) {
  std::string text;
  for (const std::size_t column : table.key) {
    text += (text.empty() ? "" : ", ") + table.columns.at(column).name;
  }
  return text.empty() ? "none" : text;
}

std::string column_lines(const TableHead& table) {
  const std::vector<std::string> names = column_names(table);
  std::string lines;
  for (std::size_t i = 0; i < names.size(); ++i) {
    const Column& column = table.columns[i];
    lines += "  " + model::pg::quoted(names[i]) + " ";
    lines += codec::carrier_sql(column.carrier);
    lines += i + 1 < names.size() ? ", -- " : "  -- ";
    lines += codec::printable_line(column.source_type);
    if (names[i] != column.name) lines += ", named " + codec::printable_line(column.name);
    lines += "\n";
  }
  return lines;
}

}  // namespace

std::string carrier_ddl(const Head& head, const TableHead& table) {
  const std::string& name = table.source.table;
  const std::string carrier_table =
      usable(name, {}) ? name : "table_" + std::to_string(table.number);
  const std::string quoted = model::pg::quoted(carrier_table);
  std::string ddl = "-- Whole rows of one table. Each file beside this one that begins with\n-- " +
                    table_name(table) + " loads with\n";
  ddl += "--   zstd -dc FILE | psql -c 'COPY TABLE FROM STDIN (FORMAT binary)'\n";
  ddl += comment("archive", head.id);
  ddl += comment("run", head.run_id);
  ddl += comment("source", std::string(model::to_string(head.engine)) + ", database " +
                               head.source_database + ", table " + table.source.text());
  ddl += comment("key", key_text(table));
  ddl += "-- Behind each column: its type at the source.\n";
  return ddl + "CREATE TABLE " + quoted + " (\n" + column_lines(table) + ");\n";
}

}  // namespace sluice::archive
