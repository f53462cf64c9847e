// Archives load without sluice: stock zstd, psql and COPY give the rows back.

#include <cstdint>
#include <filesystem>
#include <set>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/archive/writer.h"
#include "sluice/codec/convert.h"

#include "support/postgres_server.h"
#include "support/run_process.h"
#include "support/temp_dir.h"
#include "unit/codec/golden_values.h"

namespace sluice::test {
namespace {

archive::Head head() {
  archive::Head head;
  head.id = "a\n; DROP TABLE t; --";
  head.run_id = "20261122-153012-abcd";
  head.engine = model::Engine::mariadb;
  head.source_database = "shop";
  return head;
}

/// In a shell: what a person would type.
void run_shell(const PostgresDatabase& database, const std::string& directory,
               const std::string& command) {
  RunOptions options;
  options.env = {{"ARCHIVE", directory}, {"TARGET", database.conninfo()}};
  const RunResult result = run_process({"bash", "-euo", "pipefail", "-c", command}, options);
  INFO(result.out << result.err);
  REQUIRE(result.exit_code == 0);
}

void load(const PostgresDatabase& database, const std::string& directory,
          const std::string& table) {
  run_shell(
      database, directory,
      "cd \"$ARCHIVE\"; for ddl in *.sql; do psql -X -q -v ON_ERROR_STOP=1 -d \"$TARGET\" -f "
      "\"$ddl\"; done; for file in *.copy.zst; do zstd -q -t \"$file\"; zstd -q -dc \"$file\" | "
      "psql -X -q -d \"$TARGET\" -c 'COPY " +
          table + " FROM STDIN (FORMAT binary)'; done");
}

TEST_CASE("an archive of every carrier loads with stock zstd and psql") {
  const TempDir folder;
  const std::string directory = (folder.path() / "archive").string();
  archive::TableHead table{1, {"shop", "All \"carriers\""}, {}, {0}};
  for (const codec::Carrier carrier : codec::all_carriers()) {
    table.columns.push_back({std::string(codec::to_string(carrier)), carrier, "its\ntype"});
  }
  const auto golden_values = codec::test::load_golden_values();
  archive::WriterOptions options;
  options.file_bytes = 20'000;  // several files
  auto writer = archive::Writer::open(directory, head(), options);
  codec::RowBuffer rows;
  for (const auto& golden : golden_values) {
    rows.begin_row(static_cast<std::int16_t>(table.columns.size()));
    for (const archive::Column& column : table.columns) {
      if (column.carrier == golden.carrier) {
        rows.put_bytes(golden.binary);
      } else {
        rows.put_null();
      }
    }
    rows.end_row();
    if (rows.rows() % 20 != 0) continue;
    static_cast<void>(writer.append(table, rows));
    rows.clear();
  }
  static_cast<void>(writer.append(table, rows));
  writer.finish();

  const PostgresDatabase database;
  load(database, directory, "\"All \"\"carriers\"\"\"");
  PgSql session(database.conninfo());
  session.query(
      "SET timezone = 'UTC'; SET datestyle = 'ISO'; SET intervalstyle = 'postgres'; SET "
      "bytea_output "
      "= 'hex'; SET extra_float_digits = 1");
  // Every value's text as the server that made the golden values printed it.
  for (const codec::Carrier carrier : codec::all_carriers()) {
    std::multiset<std::string> expected;
    for (const auto& golden : golden_values) {
      if (golden.carrier == carrier) expected.insert(golden.text);
    }
    const std::string name(codec::to_string(carrier));
    CAPTURE(name);
    std::multiset<std::string> found;
    for (const Row& row : session.query("SELECT \"" + name +
                                        "\" FROM \"All \"\"carriers\"\"\" WHERE num_nonnulls(\"" +
                                        name + "\") = 1")) {
      found.insert(row[0].value());
    }
    CHECK(found == expected);
  }
  CHECK(single_value(session.query("SELECT count(*) FROM \"All \"\"carriers\"\"\"")) ==
        std::to_string(golden_values.size()));
}

TEST_CASE("names that PostgreSQL would cut, refuse or take for its own get others") {
  const TempDir folder;
  const std::string directory = (folder.path() / "archive").string();
  const std::string long_name = std::string(63, 'x');
  archive::TableHead table{3, {"shop", long_name + "y"}, {}, {}};
  for (const std::string& name :
       {std::string("ctid"), std::string("xmin"), long_name + "a", long_name + "b",
        std::string("column_4"), long_name, std::string("a\"b; --\n"), std::string("\xc3\xa4")}) {
    table.columns.push_back({name, codec::Carrier::int4, "int */ -- \n\\! touch x"});
  }
  codec::RowBuffer rows;
  rows.begin_row(8);
  for (int i = 1; i <= 8; ++i) rows.put_int32(i);
  rows.end_row();
  auto writer = archive::Writer::open(directory, head());
  static_cast<void>(writer.append(table, rows));
  // Died here; sealed later.
  { const auto dead = std::move(writer); }
  archive::seal(directory);
  const PostgresDatabase database;
  load(database, directory, "table_3");
  CHECK(to_text(database.query("SELECT column_1, column_2, column_3, column_4_, column_4, " +
                               long_name + ", \"a\"\"b; --\n\", \"\xc3\xa4\" FROM table_3")) ==
        "1 | 2 | 3 | 4 | 5 | 6 | 7 | 8\n");
  CHECK(!std::filesystem::exists(directory + "/x"));
}

}  // namespace
}  // namespace sluice::test
