// What is in quarantine, for people: lists, groups, and the file that they fill in.
#include <algorithm>
#include <csignal>
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "integration/quarantine_fixture.h"

namespace sluice::test {
namespace {

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

std::size_t widest_line(const std::string& text) {
  std::istringstream lines(text);
  std::size_t widest = 0;
  for (std::string line; std::getline(lines, line);) {
    // Continuation bytes of UTF-8 take no place.
    const auto continued = std::count_if(line.begin(), line.end(), [](char c) {
      return (static_cast<unsigned char>(c) & 0xc0U) == 0x80U;
    });
    widest = std::max(widest, line.size() - static_cast<std::size_t>(continued));
  }
  return widest;
}

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

/// A column without an encoding brings every byte there is.
void make_odd_rows(const Migration& migration) {
  migration.source(
      "CREATE TABLE odd (id bigint, part text, note text, PRIMARY KEY (id, part));"
      "INSERT INTO odd VALUES (1, 'a', E'line\\nbreak \\u001b[31m and a very long text that goes "
      "on'"
      "), (2, E'b, \\u00e9', repeat(E'\\u00e9', 3000)), (3, 'c', 'ok')");
  migration.target(
      "CREATE TABLE odd (id bigint, part text, note varchar(8), PRIMARY KEY (id, part))");
}

}  // namespace

TEST_CASE("a list fits into 80 columns and says what is next") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult listed = crm.migration.sluice("quarantine");
  INFO(listed.out << listed.err);
  REQUIRE(listed.exit_code == 0);
  CHECK(contains(listed.out, ": 8 rows in quarantine, 0 decided, 0 left behind\n"));
  CHECK(contains(listed.out, "public.customers\n    row  key             column"));
  CHECK(contains(listed.out, "status             unmapped_value     gold\n"));
  CHECK(contains(listed.out, "born               not_a_date         31.31.1999\n"));
  CHECK(contains(listed.out, "Next: sluice quarantine export --config"));
  CHECK(widest_line(listed.out.substr(0, listed.out.find("Next:"))) <= 80);

  const RunResult grouped = crm.migration.sluice("quarantine", {"--group", "--table", "customers"});
  INFO(grouped.out);
  CHECK(contains(grouped.out, "      2  10              status             unmapped_value"));
  CHECK(!contains(grouped.out, "orders"));
  const RunResult chosen = crm.migration.sluice("quarantine", {"--reason", "not_a_date"});
  CHECK(contains(chosen.out, ": 1 row in quarantine"));
  const RunResult limited = crm.migration.sluice("quarantine", {"--limit", "2"});
  CHECK(contains(limited.err, "only the first 2 are shown"));
}

TEST_CASE("a list shows who decided what") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  REQUIRE(crm.decide(about("customers", 20, R"({"set": {"born": null}})") + "," +
                     about("customers", 40, R"("leave_behind")"))
              .exit_code == 0);
  const RunResult listed = crm.migration.sluice("quarantine", {"--decided"});
  INFO(listed.out);
  CHECK(contains(listed.out, "6 rows in quarantine, 1 decided, 1 left behind"));
  CHECK(contains(listed.out, "decided by Ann: looked it up\n         {\"born\":null}\n"));
  CHECK(contains(listed.out, "left behind by Ann: looked it up"));
  CHECK(widest_line(listed.out.substr(0, listed.out.find("Next:"))) <= 80);
}

TEST_CASE("mistakes on the command line are named") {
  const MessyCrm crm;
  const RunResult early = crm.migration.sluice("quarantine");
  CHECK(early.exit_code == 2);
  CHECK(contains(early.err, "no ledger"));
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult table = crm.migration.sluice("quarantine", {"--table", "nobody"});
  CHECK(table.exit_code == 2);
  CHECK(contains(table.err, "no table nobody"));
  const RunResult reason = crm.migration.sluice("quarantine", {"--reason", "zerodate"});
  CHECK(reason.exit_code == 2);
  CHECK(contains(reason.err, "did you mean 'zero_date'?"));
  CHECK(crm.migration.sluice("quarantine", {"decide"}).exit_code == 2);
  CHECK(crm.migration.sluice("quarantine", {"export"}).exit_code == 2);
  const RunResult missing =
      crm.migration.sluice("quarantine", {"decide", "--file", "/nonexistent/d.json"});
  CHECK(missing.exit_code == 2);
}

TEST_CASE("values that would steer a terminal are shown escaped, and whole in the JSON") {
  Migration migration;
  make_odd_rows(migration);
  migration.move("odd");
  REQUIRE(migration.copy().exit_code == 0);
  const RunResult listed = migration.sluice("quarantine");
  INFO(listed.out);
  CHECK(contains(listed.out, "line\\nbreak \\x..."));
  CHECK(!contains(listed.out, "\x1b"));
  CHECK(widest_line(listed.out.substr(0, listed.out.find("Next:"))) <= 80);
  const RunResult json = migration.sluice("quarantine", {"--json"});
  const std::string parsed = "SELECT $j$" + json.out + "$j$::json #>> ";
  CHECK(migration.target_value(parsed + "'{schema}'") == "sluice.quarantine/1");
  CHECK(migration.target_value(parsed + "'{open}'") == "2");
  CHECK(migration.target_value(parsed + "'{rows,0,source_key,1}'") == "a");
  CHECK(migration.target_value(parsed + "'{rows,0,value}'") ==
        "line\nbreak \x1b[31m and a very long text that goes on");
}

TEST_CASE("an exported file, filled in, is what decide reads") {
  Migration migration;
  make_odd_rows(migration);
  migration.move("odd");
  REQUIRE(migration.copy().exit_code == 0);
  const TempDir dir;
  const std::string file = (dir.path() / "decisions.json").string();
  const RunResult exported = migration.sluice("quarantine", {"export", "--out", file});
  INFO(exported.out << exported.err);
  REQUIRE(exported.exit_code == 0);
  CHECK(contains(exported.out, "Next: sluice quarantine decide --config"));
  // As it is, it decides nothing.
  const RunResult blank = migration.sluice("quarantine", {"decide", "--file", file});
  INFO(blank.out << blank.err);
  CHECK(blank.exit_code == 3);
  CHECK(contains(blank.out, "2 stay open"));
  // The whole source row stands in it, long values shortened.
  const std::string text = file_text(file);
  CHECK(contains(text, R"("source_key": [)"));
  CHECK(contains(text, "... (6000 bytes)"));

  std::string filled = text;
  const auto fill = [&filled](const std::string& from, const std::string& to) {
    for (std::size_t at = 0; (at = filled.find(from, at)) != std::string::npos; at += to.size()) {
      filled.replace(at, from.size(), to);
    }
  };
  fill(R"("decision": null)", R"("decision": {"set": {"note": "short"}})");
  fill(R"("person": "")", R"("person": "Ann")");
  fill(R"("reason": "")", R"("reason": "nobody reads notes")");
  const RunResult decided = migration.sluice(
      "quarantine", {"decide", "--file", dir.write("filled.json", filled).string()});
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK(to_text(migration.target("SELECT id, note FROM odd__side ORDER BY id")) ==
        "1 | short\n2 | short\n3 | ok\n");
  CHECK(migration.sluice("verify").exit_code == 0);
}

TEST_CASE("groups are exported by value, bytes that are no text in hex") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  // What a source in an encoding of its own would have brought.
  crm.migration.target(
      "UPDATE sluice.quarantine SET reason = 'invalid_utf8', raw_value = '\\xff00' "
      "WHERE reason = 'unmapped_value'");
  const std::string file = (crm.dir.path() / "groups.json").string();
  const RunResult exported = crm.migration.sluice(
      "quarantine", {"export", "--group", "--table", "customers", "--out", file, "--json"});
  REQUIRE(exported.exit_code == 0);
  CHECK(contains(exported.out, R"("schema": "sluice.exported/1")"));
  CHECK(contains(exported.out, R"("rows": 6)"));
  const std::string text = file_text(file);
  INFO(text);
  CHECK(contains(text, R"("value_hex": "ff00")"));
  CHECK(contains(text, R"("rows": 2)"));
  CHECK(contains(text, R"("name": "Fay")"));
  const RunResult listed = crm.migration.sluice("quarantine", {"--reason", "invalid_utf8"});
  CHECK(contains(listed.out, "status             invalid_utf8       \\xff\\x00\n"));
  const RunResult json = crm.migration.sluice("quarantine", {"--json"});
  CHECK(contains(json.out, R"("value_hex": "ff00")"));
  const RunResult decided = crm.decide(
      R"({"group": {"table": "customers", "column": "status", "reason": "invalid_utf8",)"
      R"( "value_hex": "FF00"}, "decision": {"set": {"status": "active"}}, "person": "Ann",)"
      R"( "reason": "they are active"})");
  INFO(decided.out << decided.err);
  CHECK(decided.exit_code == 0);
  CHECK(crm.side("customers", 11) == "11 | Gus | gus@x | active | NULL\n");
}

TEST_CASE("status asks for another verification when rows were decided since the last one") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  REQUIRE(crm.migration.sluice("verify").exit_code == 0);
  const RunResult verified = crm.migration.sluice("status");
  CHECK(contains(verified.out, "copied and verified, but for the rows in quarantine\n"));
  CHECK(contains(verified.out, "Next: sluice quarantine --config "));
  REQUIRE(crm.decide(about("customers", 40, R"("leave_behind")")).exit_code == 0);
  const RunResult decided = crm.migration.sluice("status");
  CHECK(contains(decided.out, "rows were decided since the last verification\n"));
  CHECK(contains(decided.out, "Next: sluice verify --config "));
}

TEST_CASE("rows that are decided while verify reads are not taken for verified") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  RunOptions frozen;
  frozen.env = {{"SLUICE_STALL_AT", "after_verify_snapshots"}};
  const auto verify = crm.migration.start("verify", {}, frozen);
  REQUIRE(wait_until_stalled(*verify));
  REQUIRE(crm.decide(about("customers", 40, R"("leave_behind")")).exit_code == 0);
  verify->send_signal(SIGCONT);
  REQUIRE(verify->wait().exit_code == 0);
  const RunResult status = crm.migration.sluice("status");
  INFO(status.out);
  CHECK(contains(status.out, "rows were decided since the last verification\n"));
}

}  // namespace sluice::test
