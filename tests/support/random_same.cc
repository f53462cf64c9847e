#include "support/random_same.h"

#include <algorithm>
#include <iterator>
#include <sstream>
#include <stdexcept>
#include <vector>

#include <fmt/format.h>

#include "support/migration.h"
#include "support/run_process.h"

namespace sluice::test {
namespace {

using Lines = std::vector<std::string>;

/// Statements and comments of a dump, sorted: both sides are named in their own order.
Lines schema_of(const PostgresDatabase& db) {
  const RunResult dump = run_process({"pg_dump", "--schema-only", "--no-owner", "--no-privileges",
                                      "--exclude-schema=sluice", "-d", db.conninfo()});
  if (dump.exit_code != 0) throw std::runtime_error("pg_dump: " + dump.err);
  Lines lines;
  std::istringstream in(dump.out);
  for (std::string line; std::getline(in, line);) {
    // \\restrict and its like bear a new word each time.
    const bool says_something = !line.empty() && !line.starts_with("--") && line[0] != '\\';
    // The numbers of an unlogged table are made logged: they survive a crash that empties it.
    constexpr std::string_view kUnlogged = "CREATE UNLOGGED SEQUENCE";
    if (line.starts_with(kUnlogged)) line.replace(0, kUnlogged.size(), "CREATE SEQUENCE");
    if (says_something) lines.push_back(line);
  }
  std::ranges::sort(lines);
  return lines;
}

std::string only_in(const Lines& some, const Lines& others, const char* side) {
  Lines missing;
  std::ranges::set_difference(some, others, std::back_inserter(missing));
  std::string text;
  for (const std::string& line : missing) text += fmt::format("only in the {}: {}\n", side, line);
  return text;
}

}  // namespace

std::string table_difference(const std::string& table, const PostgresDatabase& source,
                             const PostgresDatabase& target) {
  // The server's own digest first: most tables are the same.
  const std::string digest = fmt::format(
      "SELECT md5(string_agg(md5(t::text), '' ORDER BY md5(t::text))) FROM {} t", table);
  if (source.value(digest) == target.value(digest)) return "";
  const std::string rows = fmt::format(
      "SELECT left(t::text, 2000) FROM {} t ORDER BY left(t::text, 2000) COLLATE \"C\"", table);
  return table + ": " + first_difference(source.query(rows), target.query(rows));
}

std::string schema_dump_difference(const PostgresDatabase& source, const PostgresDatabase& target) {
  const Lines before = schema_of(source);
  const Lines after = schema_of(target);
  return only_in(before, after, "source") + only_in(after, before, "target");
}

std::string sequences_behind(const PostgresDatabase& target) {
  // Numbers that the sequence itself cannot give are not in its way.
  const Rows checks = target.query(R"(
    SELECT d.refobjid::regclass || '.' || a.attname, format(
      'SELECT count(*) FROM %s, %s AS s WHERE %I > CASE WHEN is_called THEN last_value ELSE %s END '
      'AND %3$I <= %s', d.refobjid::regclass, d.objid::regclass, a.attname, seqmin - 1, seqmax)
    FROM pg_depend d JOIN pg_sequence ON seqrelid = objid
    JOIN pg_attribute a ON attrelid = refobjid AND attnum = refobjsubid
    WHERE classid = 'pg_class'::regclass AND refclassid = 'pg_class'::regclass
    AND deptype IN ('a', 'i'))");
  std::string text;
  for (const Row& row : checks) {
    if (target.value(row.at(1).value()) != "0") text += row.at(0).value() + " ";
  }
  return text;
}

}  // namespace sluice::test
