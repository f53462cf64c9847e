#include "sluice/status/status.h"

#include <algorithm>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

using sluice::ledger::RunState;
using sluice::ledger::TableState;
using sluice::ledger::Verification;
using sluice::status::advise;
using sluice::status::RunStatus;
using sluice::status::TableStatus;
using sluice::status::to_json;
using sluice::status::to_text;

namespace {

RunStatus run_in(RunState state) {
  RunStatus status;
  status.run.id = "20261122-153012-7f3a";
  status.run.name = "crm";
  status.run.state = state;
  status.run.stage = "copying";
  status.run.started_at = "2026-11-22T15:30:12Z";
  return status;
}

TableStatus table(const std::string& name, std::uint64_t bytes) {
  TableStatus made;
  made.source = name;
  made.bytes = bytes;
  made.rows_read = bytes / 100;
  return made;
}

std::size_t position(const std::string& text, const std::string& what) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return at;
}

}  // namespace

TEST_CASE("a table that has rows before all of it is copied is said to be copying") {
  TableStatus begun = table("crm.customers", 100);
  CHECK(begun.state_word() == std::string("copying"));
  begun.state = TableState::copied;
  CHECK(begun.state_word() == std::string("copied"));
  CHECK(table("crm.customers", 0).state_word() == std::string("pending"));
}

TEST_CASE("a person's stop comes before all else, and says how the run goes on") {
  for (const RunState state : {RunState::running, RunState::stopped, RunState::paused,
                               RunState::failed, RunState::finished}) {
    RunStatus status = run_in(state);
    status.run.reason = "something else";
    status.stop = sluice::ledger::Stop{7,
                                       std::string(64, 'a'),
                                       "2026-11-22T16:00:00Z",
                                       {"mia", "db1", "mover"},
                                       "",
                                       "orders\x1b[2J are missing " + std::string(600, 'x')};
    for (int i = 0; i < 30; ++i) status.tables.push_back(table("t" + std::to_string(i), 100));
    advise(status);
    CHECK(status.next_verb == "continue");
    const std::string text = to_text(status);
    CHECK(text.find("stopped by mia on db1 (role mover)") != std::string::npos);
    CHECK(text.find('\x1b') == std::string::npos);
    CHECK(text.find("something else") == std::string::npos);
    CHECK(std::ranges::count(text, '\n') <= 22);
    CHECK(to_json(status, "").find("\"os_user\": \"mia\"") != std::string::npos);
  }
  RunStatus working = run_in(RunState::running);
  working.stop = sluice::ledger::Stop{};
  working.is_held = true;
  advise(working);
  CHECK(working.next_verb == "status");
}

TEST_CASE("each state says what to do next") {
  const auto next = [](RunStatus status) {
    advise(status);
    CHECK_FALSE(status.advice.empty());
    return status.next_verb;
  };
  RunStatus running = run_in(RunState::running);
  CHECK(next(running) == "copy");
  running.is_held = true;
  CHECK(next(running).empty());
  CHECK(next(run_in(RunState::stopped)) == "copy");
  CHECK(next(run_in(RunState::failed)) == "copy");
  RunStatus finished = run_in(RunState::finished);
  CHECK(next(finished) == "verify");
  finished.last_verification.emplace();
  finished.last_verification->mode = "full";
  finished.last_verification->outcome = "different";
  CHECK(next(finished) == "verify");
  finished.last_verification->outcome = "equal";
  CHECK(next(finished).empty());
  finished.tables.emplace_back().quarantined = 1;
  finished.last_verification->outcome = "equal_except_quarantined";
  CHECK(next(finished) == "quarantine");
  finished.decided_since = true;
  CHECK(next(finished) == "verify");
  finished.decided_since = false;
  finished.last_verification->mode = "target_only";
  CHECK(next(finished) == "verify");
}

TEST_CASE("what leads back after a cutover is what is left of it, on one line") {
  RunStatus live = run_in(RunState::finished);
  live.swap = "cutover";
  live.swapped_at = "2026-11-23T22:05:15Z";
  const auto advice = [&live] {
    advise(live);
    CHECK(live.advice.size() <= sluice::status::kMaxColumns);
    CHECK(live.next_verb.empty());
    return live.advice;
  };
  live.is_kept = true;
  CHECK(advice().find("sluice rollback is the way back") != std::string::npos);
  live.retire = "retire-begun";
  CHECK(advice().find("sluice restore goes back") != std::string::npos);
  live.retire = "retire-finished";
  CHECK(advice().find("sluice restore brings source rows back") != std::string::npos);
  live.is_kept = false;
  CHECK(advice().find("rollback") == std::string::npos);
  live.retire.clear();
  CHECK(advice().find("no way back") != std::string::npos);
  // It is not cut over anew once source rows are gone.
  live.swap = "rollback";
  live.retire = "retire-finished";
  CHECK(advice().find("it stays so") != std::string::npos);
}

TEST_CASE("what to do about a pause depends on its cause") {
  using sluice::status::PauseCause;
  RunStatus paused = run_in(RunState::paused);
  paused.tables = {table("crm.a", 100)};
  const auto next = [&paused] {
    advise(paused);
    return paused.next_verb;
  };
  paused.pause = PauseCause::limit;
  paused.tables[0].quarantined = 5;
  CHECK(next() == "quarantine");
  paused.pause = PauseCause::storage;
  CHECK(next() == "copy");
  CHECK(paused.advice.find("make room") != std::string::npos);
  paused.pause = PauseCause::drift;
  CHECK(next() == "copy");
  CHECK(paused.advice.find("put back what has changed") != std::string::npos);
  // New tables that are not joined; rows in quarantine are not why.
  paused.pause = PauseCause::unjoined;
  CHECK(next() == "copy");
  CHECK(paused.advice.find("mend what keeps them from being joined") != std::string::npos);
  // Pauses at the end of a copy.
  paused.pause = PauseCause::unknown;
  paused.tables[0].closes = false;
  CHECK(next() == "verify");
  paused.tables[0].state = TableState::failed;
  CHECK(next() == "copy");
  CHECK(paused.advice.find("tables failed") != std::string::npos);
  // Everything was decided meanwhile.
  paused.tables = {table("crm.a", 100)};
  paused.pause = PauseCause::limit;
  CHECK(next() == "copy");
}

TEST_CASE("rows that were left behind are not passed over after a verification") {
  RunStatus finished = run_in(RunState::finished);
  finished.last_verification.emplace();
  finished.last_verification->mode = "full";
  finished.last_verification->outcome = "equal_except_quarantined";
  finished.tables.emplace_back().left_behind = 2;
  advise(finished);
  CHECK(finished.advice.find("leave behind") != std::string::npos);
  CHECK(finished.next_verb == "quarantine");
  CHECK(finished.next_options == std::vector<std::string>{"--decided"});
}

TEST_CASE("decided and kept rows are told apart from those that simply arrived") {
  RunStatus status = run_in(RunState::finished);
  status.tables = {table("crm.a", 1000)};
  status.tables[0].decided = 3;
  status.tables[0].kept = 7;
  CHECK(to_text(status).find("decided: 3, left behind: 0, filtered: 0, kept: 7") !=
        std::string::npos);
  const auto document = sluice::codec::parse_json_or_throw(to_json(status, ""), "status");
  CHECK(document.root().at("total").at("decided").as_integer() == 3);
  CHECK(document.root().at("tables").items().at(0).at("kept").as_integer() == 7);
}

TEST_CASE("the text stays within 24 lines of 80 characters, whatever the run is like") {
  RunStatus status = run_in(RunState::running);
  status.is_held = true;
  status.run.operator_name = "\xc2\x9b" + std::string(100, 'x');
  status.run.reason = std::string(300, 'r') + "\x1b[2J\nsecond line";
  for (int i = 0; i < 300; ++i) {
    status.tables.push_back(table("crm.\xc3\xbc" + std::string(70, 'n') + std::to_string(i), 1000));
    status.tables.back().quarantined = 1;
    status.tables.back().closes = false;
    status.tables.back().filtered = 3;
  }
  for (int i = 0; i < 5; ++i) {
    sluice::ledger::Process process;
    process.host = std::string(60, 'h');
    process.waiting_since = "2026-11-22T15:30:12Z";
    for (int word = 0; word < 100; ++word) process.waiting_for += "lock\x1b ";
    status.holders.push_back(process);
  }
  status.last_verification.emplace();
  status.last_verification->outcome = std::string(100, 'o');
  advise(status);
  const std::string text = to_text(status);
  CHECK(std::count(text.begin(), text.end(), '\n') <= 22);
  CHECK(text.find('\x1b') == std::string::npos);
  CHECK(text.find("\xc2\x9b") == std::string::npos);
  std::size_t characters = 0;
  for (const char c : text) {
    if (c == '\n') {
      CHECK(characters <= 80);
      characters = 0;
    } else if ((static_cast<unsigned char>(c) & 0xc0U) != 0x80) {
      ++characters;
    }
  }
  CHECK(text.find("and 293 more") != std::string::npos);
}

TEST_CASE("why nothing moves is told of the process that has waited for the longest") {
  RunStatus status = run_in(RunState::running);
  status.holders.resize(3);
  status.holders[1].waiting_for = "waits for the target: a lock on public.t__side";
  status.holders[1].waiting_since = "2026-11-22T15:31:00Z";
  status.holders[2].waiting_for = "waits for the source";
  status.holders[2].waiting_since = "2026-11-22T15:32:00Z";
  // Of the dead nobody wants to know.
  CHECK(to_text(status).find("waits") == std::string::npos);
  status.is_held = true;
  CHECK(to_text(status).find("nothing moves since 2026-11-22T15:31:00Z: waits for the target: a "
                             "lock on\n  public.t__side\n") != std::string::npos);
  const auto document = sluice::codec::parse_json_or_throw(to_json(status, ""), "status");
  const auto& processes = document.root().at("processes").items();
  CHECK(processes.at(0).at("waiting_for").is_null());
  CHECK(processes.at(2).at("waiting_for").as_string() == "waits for the source");
  CHECK(processes.at(2).at("waiting_since").as_string() == "2026-11-22T15:32:00Z");
}

TEST_CASE("tables in trouble stand first, then the large ones") {
  RunStatus status = run_in(RunState::running);
  status.tables = {table("crm.small", 1000), table("crm.large", 5'000'000),
                   table("crm.quarantined", 10), table("crm.failed", 1)};
  status.tables[2].quarantined = 3;
  status.tables[3].state = TableState::failed;
  status.tables[3].reason = "no permission";
  const std::string text = to_text(status);
  CHECK(position(text, "crm.failed") < position(text, "crm.quarantined"));
  CHECK(position(text, "crm.quarantined") < position(text, "crm.large"));
  CHECK(position(text, "crm.large") < position(text, "crm.small"));
  CHECK(text.find("failed: no permission") != std::string::npos);
}

TEST_CASE("a share is of the guess and never says done before it is") {
  RunStatus status = run_in(RunState::running);
  status.tables = {table("crm.a", 100'000)};
  status.tables[0].rows_read = 5000;
  status.tables[0].estimated_rows = 1000;
  CHECK(to_text(status).find(" 99%") != std::string::npos);
  status.tables[0].state = TableState::ready;
  CHECK(to_text(status).find("100%") != std::string::npos);
}

TEST_CASE("an account that does not close is said") {
  RunStatus status = run_in(RunState::paused);
  status.tables = {table("crm.a", 1)};
  status.tables[0].closes = false;
  CHECK(to_text(status).find("does not add up") != std::string::npos);
  CHECK_FALSE(status.total().closes);
}

TEST_CASE("the JSON has the schema, the totals and what is next") {
  RunStatus status = run_in(RunState::finished);
  status.tables = {table("crm.a", 1000), table("crm.b", 500)};
  advise(status);
  const auto document = sluice::codec::parse_json_or_throw(
      to_json(status, "sluice verify --config crm.json"), "status");
  const auto& root = document.root();
  CHECK(root.at("schema").as_string() == "sluice.status/1");
  CHECK(root.at("state").as_string() == "finished");
  CHECK(root.at("ended_at").is_null());
  CHECK(root.at("total").at("bytes").as_integer() == 1500);
  CHECK(root.at("tables").items().size() == 2);
  CHECK(root.at("last_verification").is_null());
  CHECK(root.at("next").as_string() == "sluice verify --config crm.json");
}

TEST_CASE("tables that do without indexes are named, and leave room for the others") {
  RunStatus status = run_in(RunState::finished);
  for (int i = 0; i < 30; ++i) status.tables.push_back(table("crm.t" + std::to_string(i), 1000));
  for (int i = 0; i < 5; ++i) {
    auto& made = status.tables[static_cast<std::size_t>(i)];
    made.target = "public.t" + std::to_string(i);
    made.left_out = {{i + 1, "by_v", "no room"}, {i + 1, std::string(90, 'n'), "no room"}};
  }
  const std::string text = to_text(status);
  CHECK(text.find("public.t0 is without index by_v, nnn") != std::string::npos);
  CHECK(text.find("and 3 more tables are without indexes\n") != std::string::npos);
  CHECK(std::count(text.begin(), text.end(), '\n') <= 22);
  std::size_t longest = 0;
  for (std::size_t at = 0; at < text.size();) {
    const std::size_t end = text.find('\n', at);
    longest = std::max(longest, end - at);
    at = end + 1;
  }
  CHECK(longest <= 80);
}

TEST_CASE("runs are one line each") {
  CHECK(sluice::status::runs_to_text({}) == "no runs\n");
  const std::string text =
      sluice::status::runs_to_text({run_in(RunState::finished).run, run_in(RunState::paused).run});
  CHECK(std::count(text.begin(), text.end(), '\n') == 2);
  const auto document = sluice::codec::parse_json_or_throw(
      sluice::status::runs_to_json({run_in(RunState::paused).run}), "runs");
  CHECK(document.root().at("runs").items().at(0).at("state").as_string() == "paused");
}
