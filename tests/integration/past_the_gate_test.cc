// Ways past the gate: documents that say less than is needed, hands that nobody signed for, runs
// that nobody agreed to.

#include <fstream>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/document/document.h"

#include "integration/retire_fixture.h"
#include "support/governed.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr int kApproval = 4;
constexpr int kDrift = 7;

using Changes = std::vector<std::pair<std::string, std::string>>;

void check_refused(const RunResult& result, int code, const std::string& why) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK((result.out + result.err).find(why) != std::string::npos);
}

/// Dan runs it as well as Olga, from the same computer.
const Changes kTwoOperators = {
    {R"("operators": ["olga@corp"])", R"("operators": ["olga@corp", "dan@corp"])"}};

/// Carol answers for the table t, whatever its schema is called.
std::string with_money(const Retirement& retirement) {
  return retirement.policy_members() + R"(, "classes": {"money": {"tables": [")" +
         retirement.migration.source_schema() + R"(.t"], "owner": "carol@corp"}})";
}

void sign_retire(const Retirement& retirement, const std::vector<std::string>& people) {
  for (const std::string& person : people) {
    static_cast<void>(retirement.team.sign(retirement.dir.file("r.json"), person, "retire"));
  }
}

}  // namespace

TEST_CASE("a retire document that leaves a class out does not go past the data owner") {
  Retirement retirement(From::postgresql);
  static_cast<void>(retirement.team.write_policy(with_money(retirement)));
  retirement.make_table(50);
  retirement.copy_and_verify();
  require_exit(retirement.propose(), 0);
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "data owner: Carol Wu");
  // The same document, but for the class, signed anew by all but her.
  document::Document document = document::from_text(retirement.dir.bytes("r.json"));
  REQUIRE(document.head.acts.at(0).classes == std::vector<std::string>{"money"});
  document.head.acts.at(0).classes.clear();
  retirement.dir.put("r.json", document::to_text(document.head, document.body));
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "other acts or classes");
  CHECK(retirement.count("true") == "50");
}

TEST_CASE("a retire is run by whom people signed for") {
  Retirement retirement(From::postgresql);
  retirement.make_table(50);
  retirement.copy_and_verify();
  require_exit(retirement.propose(), 0);
  document::Document document = document::from_text(retirement.dir.bytes("r.json"));
  document.head.operator_name = "mallory@corp";
  retirement.dir.put("r.json", document::to_text(document.head, document.body));
  sign_retire(retirement, {"alice", "dan", "bob"});
  check_refused(retirement.retire(), kApproval, "was signed for mallory@corp to run it");
  CHECK(retirement.count("true") == "50");
}

}  // namespace sluice::test
