// What the chain of events says of the source after a cutover.
#include "sluice/cutover/old_side.h"

#include <utility>

#include <catch2/catch_test_macros.hpp>

namespace sluice::cutover {
namespace {

std::vector<ledger::Event> chain(const std::vector<std::pair<std::string, std::string>>& events) {
  std::vector<ledger::Event> all;
  for (const auto& [kind, body] : events) {
    ledger::Event event;
    event.number = static_cast<std::int64_t>(all.size()) + 1;
    event.kind = kind;
    event.body = body;
    all.push_back(std::move(event));
  }
  return all;
}

OldSideLook look_of(std::vector<TableWrites> written) {
  OldSideLook look;
  look.position = "here";
  look.written = std::move(written);
  return look;
}

const TableWrites kCounted{2, "crm.t", 20, 21, 3, 1, "77"};
const TableWrites kDigested{1, "crm.u", 20, 20, std::nullopt, std::nullopt, "xxh3-128:20:0"};

TEST_CASE("what a look found is read back as it was") {
  const auto events = chain({{"cutover", "{}"},
                             {kOldSideWritten, written_body("olga", look_of({kCounted}))},
                             {kOldSideFrozen, frozen_body("olga", "admin", "7:7:")},
                             {kOldSideWritten, written_body("o", look_of({kDigested, kCounted}))}});
  const auto old_side = old_side_of(events);
  REQUIRE(old_side);
  CHECK(old_side->frozen);
  CHECK(old_side->clean_position == "7:7:");
  CHECK(old_side->written_event == 4);
  CHECK(old_side->written == std::vector<TableWrites>{kDigested, kCounted});
  CHECK(changes({kCounted}) == 4);
  CHECK_FALSE(changes(old_side->written));
}

TEST_CASE("a run that is not cut over has no old side, and its triggers outlive a rollback") {
  const std::string frozen = frozen_body("olga", "admin", "");
  CHECK_FALSE(old_side_of(chain({{"run-started", "{}"}})));
  const auto back = chain({{"cutover", "{}"}, {kOldSideFrozen, frozen}, {"rollback", "{}"}});
  CHECK_FALSE(old_side_of(back));
  CHECK(is_frozen(back));
  auto again = chain({{"cutover", "{}"},
                      {kOldSideFrozen, frozen},
                      {kOldSideWritten, written_body("olga", look_of({kCounted}))},
                      {"rollback", "{}"},
                      {"cutover", "{}"}});
  CHECK(old_side_of(again)->frozen);
  CHECK(old_side_of(again)->written.empty());
  CHECK_FALSE(is_frozen(chain({{kOldSideFrozen, frozen}, {kOldSideThawed, frozen}})));
  CHECK(old_side_of(chain({{"cutover", "{}"}, {"retire-begun", "{}"}}))->retired);
}

TEST_CASE("only a full verification since, which found both sides equal, settles a write") {
  OldSide old_side;
  old_side.written_event = 5;
  const auto verified = [](const std::string& mode, const std::string& outcome,
                           std::int64_t last_event) {
    ledger::Verification verification;
    verification.mode = mode;
    verification.outcome = outcome;
    verification.last_event = last_event;
    return std::vector<ledger::Verification>{verification};
  };
  CHECK(is_settled(old_side, verified("full", "equal", 5)));
  CHECK(is_settled(old_side, verified("full", "equal_except_quarantined", 9)));
  CHECK_FALSE(is_settled(old_side, verified("full", "equal", 4)));
  CHECK_FALSE(is_settled(old_side, verified("target", "equal", 9)));
  CHECK_FALSE(is_settled(old_side, verified("full", "different", 9)));
  CHECK_FALSE(is_settled(old_side, {}));
}

TEST_CASE("the SQL of a read-only source names every table and quotes what it must") {
  plan::Plan plan;
  plan.tables.resize(2);
  plan.tables[0].number = 1;
  plan.tables[0].source = {"crm", "or ders"};
  plan.tables[1].number = 2;
  plan.tables[1].source = {"other", "t`\""};
  plan.source.engine = model::Engine::postgresql;
  const Freeze postgres = freeze_of(plan, "r1");
  CHECK(postgres.statements.size() == 4);
  CHECK(postgres.undo.size() == 6);
  CHECK(postgres.undo[0] ==
        "DROP TRIGGER IF EXISTS \"sluice_read_only_r1\" ON \"crm\".\"or ders\"");
  CHECK(source_script(plan, postgres.undo).starts_with("BEGIN;\n"));
  plan.source.engine = model::Engine::mariadb;
  const Freeze mariadb = freeze_of(plan, "r1");
  CHECK(mariadb.statements.size() == 12);
  CHECK(mariadb.undo.size() == 6);
  CHECK(mariadb.undo[3] == "DROP TRIGGER IF EXISTS `other`.`sluice_read_only_r1_I2`");
  CHECK(source_script(plan, mariadb.undo).ends_with("DELIMITER ;\n"));
}

}  // namespace
}  // namespace sluice::cutover
