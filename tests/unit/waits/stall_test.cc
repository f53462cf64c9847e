#include "sluice/waits/stall.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::waits {
namespace {

using Clock = std::chrono::steady_clock;
using Kind = Stall::Kind;

const Clock::time_point kNow = Clock::now();

Clock::time_point ago(int seconds) { return kNow - std::chrono::seconds(seconds); }

AtWait reader(int seconds) { return {Wait::source_rows, "crm.contacts", "11", ago(seconds)}; }

AtWait writer(int seconds) {
  return {Wait::target_rows, "public.contacts__side", "21", ago(seconds)};
}

Standstill still(std::vector<AtWait> workers) {
  Standstill standstill;
  standstill.workers = std::move(workers);
  standstill.since = ago(41);
  return standstill;
}

db::SessionWait locked(const std::string& id, std::vector<db::LockHolder> holders) {
  return {id, "Lock: relation", true, "public.contacts__side", std::move(holders)};
}

db::LockHolder holder(const std::string& id) {
  return {id, "app", "psql", "idle in transaction", "2026-11-23T02:10:05Z", "LOCK TABLE contacts"};
}

Stall judged(const Standstill& standstill) {
  const auto stall = judge(standstill);
  REQUIRE(stall);
  CHECK(stall->since == ago(41));
  return *stall;
}

}  // namespace

TEST_CASE("a reader that gets no rows waits for the source") {
  Standstill standstill = still({reader(41), {Wait::slot, "", "", ago(40)}});
  standstill.source.waits.sessions = {{"11", "IO: DataFileRead", false, "", {}}};
  const Stall stall = judged(standstill);
  CHECK(stall.kind == Kind::source);
  CHECK(stall.text == "waits for the source: reading crm.contacts (the server: IO: DataFileRead)");
  standstill.source.waits.sessions[0].event = "";
  CHECK(judged(standstill).text.ends_with("(the server is at work on it)"));
  standstill.source = {{}, "source: cannot connect"};
  CHECK(judged(standstill).text.ends_with("(the server cannot be asked: source: cannot connect)"));
}

TEST_CASE("a writer whose rows are not taken waits for the target, whatever readers wait for") {
  Standstill standstill =
      still({{Wait::slot, "", "", ago(30)}, writer(35), reader(20), {Wait::turn, "", "", ago(60)}});
  standstill.target.waits.sessions = {{"21", "IO: WALSync", false, "", {}}};
  const Stall stall = judged(standstill);
  CHECK(stall.kind == Kind::target);
  CHECK(stall.text ==
        "waits for the target: writing public.contacts__side (the server: IO: WALSync)");
  standstill.workers[1].wait = Wait::target_commit;
  CHECK(judged(standstill).text.find("COMMIT of rows of public.contacts__side") !=
        std::string::npos);
}

TEST_CASE("a lock comes before longer waits, and its holder is named") {
  Standstill standstill = still({reader(60), writer(35)});
  standstill.target.waits.sessions = {locked("21", {holder("123"), holder("124")})};
  const Stall stall = judged(standstill);
  CHECK(stall.kind == Kind::lock);
  CHECK(stall.text ==
        "waits for the target: a lock on public.contacts__side, held by session 123 (user app, "
        "psql, idle in transaction since 2026-11-23T02:10:05Z, newest statement: LOCK TABLE "
        "contacts) and 1 more");
}

TEST_CASE("of a holder is said what the role may see") {
  Standstill standstill = still({writer(35)});
  standstill.target.waits.sessions = {locked("21", {{"123", "app", "", "", "", ""}})};
  CHECK(judged(standstill).text.ends_with("held by session 123 (user app)"));
  standstill.target.waits.sessions = {
      locked("21", {{"0", "", "", "prepared transaction", "", ""}})};
  CHECK(judged(standstill).text.ends_with("held by a prepared transaction"));
  standstill = still({reader(35)});
  standstill.source.waits = {{{"11", "Waiting for table metadata lock", true, "", {}}},
                             "nobody can be seen"};
  CHECK(judged(standstill).text ==
        "waits for the source: a lock for reading crm.contacts (Waiting for table metadata lock); "
        "nobody can be seen");
}

TEST_CASE("a lock that another worker holds is laid to what that one waits for") {
  Standstill standstill =
      still({{Wait::target_ledger, "recording a batch of public.t__side", "22", ago(60)},
             {Wait::target_commit, "public.t__side", "21", ago(40)}});
  standstill.target.waits.sessions = {{"21", "IO: WALSync", false, "", {}},
                                      locked("22", {holder("21")})};
  // Neither is kept by somebody else; the longest wait is told as what it is.
  CHECK(judged(standstill).kind == Kind::target);
  // The same number on the other server is another session.
  standstill.workers[1] = {Wait::source_rows, "t", "21", ago(40)};
  CHECK(judged(standstill).kind == Kind::lock);
}

TEST_CASE("a target without room is said to have none") {
  Standstill standstill = still({writer(35)});
  standstill.free_bytes = std::uint64_t{12} << 20;
  const Stall stall = judged(standstill);
  CHECK(stall.kind == Kind::disk);
  CHECK(stall.text == "waits for the target: its disk has 12 MiB free");
  standstill.free_bytes = std::uint64_t{1} << 40;
  CHECK(judged(standstill).kind == Kind::target);
}

TEST_CASE("an index that takes its time is no stall; one that waits for a lock is") {
  Standstill standstill =
      still({{Wait::target_statement, "index by_name on public.contacts__side", "21", ago(7200)}});
  standstill.target.waits.sessions = {{"21", "IO: BufFileWrite", false, "", {}}};
  CHECK_FALSE(judge(standstill));
  standstill.target.waits.sessions = {locked("21", {holder("123")})};
  CHECK(judged(standstill).kind == Kind::lock);
  standstill.target = {{}, "target: the connection was lost"};
  CHECK(judged(standstill).text.find("index by_name") != std::string::npos);
}

TEST_CASE("where neither server is waited for, it is said who is") {
  CHECK(judged(still({{Wait::nobody, "", "", ago(50)}, {Wait::turn, "", "", ago(40)}})).kind ==
        Kind::self);
  CHECK(judged(still({{Wait::others, "", "", ago(40)}})).kind == Kind::others);
  CHECK_FALSE(judge(still({{Wait::nobody, "", "", ago(50)}})));
}

TEST_CASE("patience begins anew with whatever moves") {
  Patience patience(std::chrono::seconds(30), kNow);
  CHECK_FALSE(patience.ends({}, kNow + std::chrono::seconds(29)));
  CHECK(patience.ends({}, kNow + std::chrono::seconds(30)));
  const auto moved = kNow + std::chrono::seconds(31);
  CHECK_FALSE(patience.ends({0, 1, 0}, moved));
  CHECK(patience.moved() == moved);
  CHECK_FALSE(patience.ends({0, 1, 0}, moved + std::chrono::seconds(29)));
  CHECK(patience.ends({0, 1, 0}, moved + std::chrono::seconds(30)));
}

TEST_CASE("workers are seen for as long as they live") {
  Workers workers;
  Worker first(workers);
  {
    const Worker second(workers, Wait::target_statement, "VACUUM of t", "7");
    CHECK(workers.now().size() == 2);
  }
  first.waits(Wait::source_rows, "crm.t", "8");
  const auto now = workers.now();
  REQUIRE(now.size() == 1);
  CHECK(now[0].wait == Wait::source_rows);
  CHECK(now[0].what == "crm.t");
  CHECK(now[0].session == "8");
}

}  // namespace sluice::waits
