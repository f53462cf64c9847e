// The files of a retirement, as an auditor holds them against each other without sluice: what other
// tests say of them after each fault is shown here to be able to fail.

#include <filesystem>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/retire_fixture.h"

namespace sluice::test {
namespace {

std::string faults(const Retirement& retirement) {
  return faults_of(retirement.evidence(), retirement.team, retirement.archived_forms(),
                   retirement.migration.target_database());
}

/// What an auditor says while a file is another one.
std::string faults_with(const Retirement& retirement, const std::string& file,
                        const std::string& bytes) {
  const std::string good = retirement.dir.bytes(file);
  retirement.dir.put(file, bytes);
  const std::string said = faults(retirement);
  retirement.dir.put(file, good);
  return said;
}

}  // namespace

TEST_CASE("stock tools find each row that went in what people signed, and what does not add up") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  Retirement retirement(from);
  retirement.make_table(50);
  retirement.copy_and_verify();
  retirement.propose_and_sign();
  const Rows before = all_rows(retirement);
  require_exit(retirement.retire(), 0);
  check_promises(retirement, before);
  REQUIRE(retirement.archived_forms().size() == 40);

  // Signatures that lack, and one of the same person for another act.
  const std::string dans = "r.json.dan@corp.retire.sig";
  const std::string for_another =
      retirement.team.signature(retirement.dir.bytes("r.json"), "dan", "cutover");
  CHECK(faults_with(retirement, dans, for_another) == "signatures are missing\n");
  CHECK(faults_with(retirement, "r.json", retirement.dir.bytes("r.json") + " ") ==
        "signatures are missing\n");
  CHECK(faults_with(retirement, "m", retirement.dir.bytes("m") + " ") ==
        "another manifest was signed for\n");
  std::string proof = retirement.dir.bytes("m.proof");
  proof[40] = static_cast<char>(proof[40] ^ 1);
  CHECK(faults_with(retirement, "m.proof", proof).starts_with("the proof is another\nrow "));
  // Rows that nobody has proved, or not as they are.
  retirement.migration.target("UPDATE archived SET amount = amount + 1 WHERE id = 5");
  CHECK(faults(retirement) == "row 5 was proved with other values\n");
  retirement.migration.target("UPDATE archived SET amount = amount - 1, id = 7 WHERE id = 5");
  CHECK(faults(retirement) == "row 7 was never proved\n");
  retirement.migration.target("INSERT INTO archived SELECT * FROM archived WHERE id = 4");
  CHECK(faults(retirement).starts_with("more rows are gone than were signed for\n"));
  CHECK(retirement.migration.source_value("SELECT count(*) FROM t") == "10");
}

}  // namespace sluice::test
