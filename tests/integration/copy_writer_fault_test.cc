// Somebody writes to the source all the time, while copies are killed and go on: what arrives is
// the source as it was after one of the writer's transactions, in all tables.
#include <atomic>
#include <csignal>
#include <random>
#include <stop_token>
#include <thread>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <fmt/format.h>

#include "integration/verify_fixture.h"

namespace sluice::test {
namespace {

constexpr int kAccounts = 4000;

/// `debit` and `credit` hold the same sum together at any time. `journal` tells what each
/// transaction moved from where to where, so that every balance follows from its rows. `orders` and
/// `items` get and lose rows in pairs. PostgreSQL's journal has no key, and is read by heap blocks.
void make_tables(Migration& migration) {
  const bool postgresql = migration.from() == From::postgresql;
  migration.on_both(
      fmt::format("CREATE TABLE debit (id int PRIMARY KEY, balance bigint, payload varchar(60));"
                  "CREATE TABLE credit (id int PRIMARY KEY, balance bigint, payload varchar(60));"
                  "CREATE TABLE journal (n int {}, debit int, credit int, amount int);"
                  "CREATE TABLE orders (id int PRIMARY KEY, note varchar(60));"
                  "CREATE TABLE items (order_id int PRIMARY KEY, note varchar(60))",
                  postgresql ? "" : "PRIMARY KEY"));
  const std::string numbers =
      fmt::format(fmt::runtime(postgresql ? "generate_series(1, {}) n"
                                          : "(SELECT seq AS n FROM seq_1_to_{}) s"),
                  kAccounts);
  for (const char* table : {"debit", "credit"}) {
    migration.source(
        fmt::format("INSERT INTO {} SELECT n, 1000, repeat('x', 60) FROM {}", table, numbers));
  }
  for (const char* table : {"orders", "items"}) {
    migration.source(
        fmt::format("INSERT INTO {} SELECT 10 * n, repeat('o', 50) FROM {}", table, numbers));
  }
  if (postgresql) migration.source("ANALYZE");
  for (const char* table : {"debit", "credit", "orders", "items", "journal"}) migration.move(table);
}

/// Transaction after transaction on a thread of its own until stop(): each inserts, updates and
/// deletes in all tables.
class Writer {
 public:
  /// `more` is SQL that each transaction runs besides.
  explicit Writer(const Migration& migration, std::string more = {})
      : query_(migration.source_session()),
        more_(std::move(more)),
        thread_([this](const std::stop_token& stop) { run(stop); }) {}

  [[nodiscard]] int transactions() const noexcept { return transactions_; }
  /// Until so many more that no table, and hardly a batch, is what it was.
  [[nodiscard]] bool goes_on() const {
    return wait_until([this, seen = transactions()] { return transactions() > seen + 50; });
  }
  /// Ends the thread; what went wrong in it, or nothing.
  std::string stop() {
    thread_.request_stop();
    thread_.join();
    return error_;
  }

 private:
  void run(const std::stop_token& stop) {
    try {
      while (!stop.stop_requested()) {
        write(transactions_ + 1);
        ++transactions_;
        // Leaves the machine's cores to the copy; nothing depends on how long.
        std::this_thread::sleep_for(std::chrono::milliseconds(1));
      }
    } catch (const std::exception& error) {
      error_ = error.what();
    }
  }
  void write(int n) {
    const int debit = any(kAccounts);
    const int credit = any(kAccounts);
    const int amount = any(100);
    const int fresh = 10 * any(kAccounts) + any(9);
    const int old = 10 * any(kAccounts);
    std::string sql = fmt::format(
        "START TRANSACTION; UPDATE debit SET balance = balance - {2} WHERE id = {0};"
        "UPDATE credit SET balance = balance + {2} WHERE id = {1};"
        "INSERT INTO journal VALUES ({3}, {0}, {1}, {2});",
        debit, credit, amount, n);
    for (const auto& [table, key] : {std::pair{"orders", "id"}, {"items", "order_id"}}) {
      sql += fmt::format(
          "DELETE FROM {0} WHERE {1} IN ({2}, {3}); INSERT INTO {0} VALUES ({2}, 'of {4}');"
          "UPDATE {0} SET note = 'changed by {4}' WHERE {1} = {5};",
          table, key, fresh, old, n, 10 * (n % kAccounts + 1));
    }
    query_(sql + more_ + "COMMIT");
  }
  int any(int last) { return static_cast<int>(random_() % static_cast<unsigned>(last)) + 1; }

  std::function<Rows(const std::string&)> query_;
  std::string more_;
  std::mt19937 random_{20261122};
  std::atomic<int> transactions_ = 0;
  std::string error_;  // of the thread; read after its end
  std::jthread thread_;
};

/// Accounts of one side whose balance is not what the journal of the same side makes of it.
std::string wrong_balances(const char* table, const char* sign) {
  return fmt::format(
      "SELECT count(*) FROM {0}__side a LEFT JOIN (SELECT {0} AS id, sum(amount) AS moved FROM "
      "journal__side GROUP BY {0}) j USING (id) WHERE balance <> 1000 {1} coalesce(moved, 0)",
      table, sign);
}

/// How many transactions of the writer the target holds, all of them whole.
int transactions_that_arrived(const Migration& migration) {
  const auto value = [&migration](const std::string& sql) { return migration.target_value(sql); };
  CHECK(value("SELECT sum(balance) FROM (TABLE debit__side UNION ALL TABLE credit__side) a") ==
        std::to_string(2 * kAccounts * 1000));
  CHECK(value(wrong_balances("debit", "-")) == "0");
  CHECK(value(wrong_balances("credit", "+")) == "0");
  CHECK(value("SELECT count(*) FROM orders__side FULL JOIN items__side ON id = order_id WHERE "
              "(id, orders__side.note) IS DISTINCT FROM (order_id, items__side.note)") == "0");
  // From the first to the last, each once.
  CHECK(value("SELECT count(*) = coalesce(max(n), 0) AND count(*) = count(DISTINCT n) FROM "
              "journal__side") == "t");
  // No order is of a later time than the journal.
  CHECK(value("SELECT count(*) FROM orders__side WHERE substring(note, '[0-9]+$')::int > (SELECT "
              "coalesce(max(n), 0) FROM journal__side)") == "0");
  return std::stoi(value("SELECT coalesce(max(n), 0) FROM journal__side"));
}

/// Kills copies while the writer writes: in mid-copy, where the next ones take out what has
/// changed, and where everything has just been copied.
void kill_again_and_again(const Migration& migration, const Writer& writer) {
  std::vector<std::string> points{"after_commit:3", "before_commit:9", "before_supersede_commit:2",
                                  "before_copied_commit"};
  if (migration.from() == From::postgresql) points.push_back("before_restart_commit");
  points.insert(points.end(), {"before_supersede_commit:5", "after_commit:2"});
  for (const std::string& point : points) {
    CAPTURE(point);
    REQUIRE(writer.goes_on());
    const RunResult killed = migration.copy_killed_at(point);
    INFO(killed.out << killed.err);
    CHECK(killed.signal == SIGKILL);
  }
}

/// All differences are laid to the source, and to nothing else.
void check_differences(const Verified& verified) {
  CHECK(verified.exit_code() == 3);
  CHECK(verified.outcome() == "different");
  for (std::size_t i = 0; i < 5; ++i) {
    CAPTURE(i);
    CHECK(verified.table(i).at("source_changed").as_bool());
    CHECK_FALSE(verified.table(i).at("target_changed").as_bool());
    CHECK_FALSE(verified.differences(i).empty());
    for (const std::string& line : verified.differences(i)) {
      CAPTURE(line);
      CHECK(line.find(" source_changed") != std::string::npos);
    }
  }
}

}  // namespace

TEST_CASE("what is copied from under a writer, with many deaths, is one point in time") {
  const From from = GENERATE(From::postgresql, From::mariadb, From::mariadb_without_binlog);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_tables(migration);
  // Without a binary log nothing tells whether two sessions see the same.
  if (from == From::mariadb_without_binlog) migration.limit("readers", 1);
  Writer writer(migration);
  kill_again_and_again(migration, writer);
  const int before = writer.transactions();
  copy_all(migration);
  const int after = writer.transactions();
  // Later than what every process that died had read.
  const int arrived = transactions_that_arrived(migration);
  CHECK(arrived >= before);
  CHECK(arrived <= after + 1);
  CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(migration.target_value("SELECT count(DISTINCT snapshot_no) FROM sluice.batch WHERE NOT "
                               "superseded") == "1");

  REQUIRE(writer.goes_on());
  REQUIRE(writer.stop() == "");
  REQUIRE(migration.source_value("SELECT count(*) FROM journal") ==
          std::to_string(writer.transactions()));
  const Verified verified = verify(migration);
  check_differences(verified);
  CHECK(verified.counts(4) == fmt::format("missing {}", writer.transactions() - arrived));
  CHECK(migration.sluice("verify", {"--target"}).exit_code == 0);
}

TEST_CASE("rows at fault whose batch changes all the time are set aside when it stands still") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  CAPTURE(to_string(from));
  Migration migration(from);
  make_tables(migration);
  migration.on_both("CREATE TABLE twins (id int PRIMARY KEY, code int, changes int)");
  migration.source("INSERT INTO twins VALUES (1, 1, 0), (2, 2, 0), (7, 8, 0), (8, 8, 0)");
  migration.target("ALTER TABLE twins ADD UNIQUE (code)");
  migration.move("twins");
  Writer writer(migration, "UPDATE twins SET changes = changes + 1 WHERE id = 1;");
  for (int i = 0; i < 2; ++i) {
    const auto process = migration.start_copy_stalled_at("after_copied_commit");
    REQUIRE(wait_until_stalled(*process));
    REQUIRE(writer.goes_on());
    process->send_signal(SIGCONT);
    const RunResult failed = process->wait();
    INFO(failed.out << failed.err);
    CHECK(failed.exit_code == 3);
    CHECK(failed.err.find("the source has changed since they were copied") != std::string::npos);
    CHECK(migration.target_value("SELECT count(*) FROM sluice.quarantine") == "0");
  }
  REQUIRE(writer.stop() == "");
  copy_all(migration);
  CHECK(transactions_that_arrived(migration) == writer.transactions());
  CHECK(to_text(migration.target("SELECT id, changes FROM twins__side ORDER BY id")) ==
        fmt::format("1 | {}\n2 | 0\n", writer.transactions()));
  CHECK(migration.quarantine("twins") ==
        "[\"7\"] | code | key_collision | open\n[\"8\"] | code | key_collision | open\n");
  CHECK(verify(migration).exit_code() == 0);
}

TEST_CASE("what is copied from under a writer, with deaths at random, is one point in time",
          "[long]") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  const auto seed = static_cast<unsigned>(std::random_device()());
  CAPTURE(to_string(from), seed);
  std::mt19937 random(seed);
  for (int round = 0; round < 10; ++round) {
    Migration migration(from);
    make_tables(migration);
    Writer writer(migration);
    for (int kills = static_cast<int>(random() % 12); kills > 0; --kills) {
      const auto process = migration.start_copy();
      std::this_thread::sleep_for(std::chrono::milliseconds(random() % 1500));
      process->send_signal(SIGKILL);
      process->wait();
    }
    copy_all(migration);
    REQUIRE(writer.stop() == "");
    CHECK(transactions_that_arrived(migration) <= writer.transactions());
  }
}

}  // namespace sluice::test
