// What a server shows of sessions that wait for a lock, to roles that may see more and less.
#include <thread>

#include <catch2/catch_test_macros.hpp>

#include "sluice/db/waits.h"
#include "sluice/model/error.h"

#include "integration/pg_fixture.h"
#include "integration/pg_role.h"
#include "support/migration.h"

namespace sluice::test {
namespace {

/// A statement of `role` that waits for as long as this lives.
class Waiter {
 public:
  Waiter(const PostgresDatabase& db, const std::string& role, std::string sql)
      : session_(db::open_session(endpoint_as(db, role), db::Purpose::target)),
        thread_([this, sql = std::move(sql)] {
          try {
            session_->query(sql);
          } catch (const model::Error&) {
            // Cancelled.
          }
        }) {}
  Waiter(const Waiter&) = delete;
  Waiter& operator=(const Waiter&) = delete;
  ~Waiter() { session_->cancel(); }

  /// What `asking` is told of it, once it waits.
  [[nodiscard]] db::SessionWait seen_by(db::SqlSession& asking) const {
    db::ServerWaits waits;
    REQUIRE(wait_until([&] {
      waits = db::read_waits(asking, {session_->id(), "2147483647"});
      return waits.sessions.size() == 1 && waits.sessions[0].lock;
    }));
    CHECK(waits.sessions[0].id == session_->id());
    return waits.sessions[0];
  }

 private:
  std::unique_ptr<db::SqlSession> session_;
  std::jthread thread_;
};

struct LockedTable {
  LockedTable() {
    db.run(
        "CREATE TABLE t (id int PRIMARY KEY, name text); INSERT INTO t VALUES (1, 'a'); GRANT "
        "ALL ON t TO " +
        role.name());
    holder.query("BEGIN");
  }
  [[nodiscard]] std::unique_ptr<db::SqlSession> ask() const {
    return db::open_session(endpoint_as(db, role.name()), db::Purpose::catalog);
  }

  PostgresDatabase db;
  Role role{db, ""};
  PgSql holder{db.conninfo()};
};

}  // namespace

TEST_CASE("a session that waits for a table names it, and who holds it as far as may be seen") {
  LockedTable locked;
  locked.holder.query("LOCK TABLE t");
  const std::string pid = single_value(locked.holder.query("SELECT pg_backend_pid()"));
  const Waiter waiter(locked.db, locked.role.name(), "SELECT FROM public.t");
  const auto asking = locked.ask();
  const db::SessionWait seen = waiter.seen_by(*asking);
  CHECK(seen.event == "Lock: relation");
  CHECK(seen.object == "public.t");
  REQUIRE(seen.holders.size() == 1);
  CHECK(seen.holders[0].id == pid);
  CHECK_FALSE(seen.holders[0].user.empty());
  CHECK(seen.holders[0].state == "");
  CHECK(seen.holders[0].statement == "");
  locked.db.run("GRANT pg_read_all_stats TO " + locked.role.name());
  const db::SessionWait all = waiter.seen_by(*locked.ask());
  REQUIRE(all.holders.size() == 1);
  CHECK(all.holders[0].state == "idle in transaction");
  CHECK(all.holders[0].since.ends_with("Z"));
  CHECK(all.holders[0].statement == "SELECT pg_backend_pid()");
  locked.db.run("REVOKE pg_read_all_stats FROM " + locked.role.name());
}

TEST_CASE("a session that waits for a row names the table of the row") {
  LockedTable locked;
  locked.holder.query("UPDATE t SET name = 'b' WHERE id = 1");
  const Waiter waiter(locked.db, locked.role.name(), "DELETE FROM public.t WHERE id = 1");
  const db::SessionWait seen = waiter.seen_by(*locked.ask());
  CHECK(seen.object == "a row of public.t");
  CHECK(seen.holders.size() == 1);
}

TEST_CASE("a session that waits for nobody is not said to") {
  const PostgresDatabase db;
  const auto session = db::open_session(endpoint_of(db), db::Purpose::catalog);
  const db::ServerWaits waits = db::read_waits(*session, {session->id()});
  REQUIRE(waits.sessions.size() == 1);
  CHECK(waits.sessions[0].event == "");
  CHECK_FALSE(waits.sessions[0].lock);
  CHECK(db::read_waits(*session, {}).sessions.empty());
}

}  // namespace sluice::test
