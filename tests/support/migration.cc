#include "support/migration.h"

#include <algorithm>
#include <fstream>
#include <iterator>
#include <thread>

#include <fmt/format.h>

#include "support/reader.h"

namespace sluice::test {
namespace {

/// The server of the MySQL family that a test shares with others; none for PostgreSQL.
MysqlFamilyServer* shared_mysql(From from) {
  switch (from) {
    case From::postgresql:
      return nullptr;
    case From::mariadb:
      return &MariadbServer::shared();
    case From::mariadb_without_binlog:
      return &MariadbServer::shared_without_binlog();
    case From::mysql:
      return &MysqlServer::shared();
  }
  return nullptr;
}

std::string quoted(const std::string& text) { return "\"" + text + "\""; }

/// {"a": 1, "b": 2}
template <typename Map, typename Format>
std::string json_object(const Map& members, Format format) {
  std::string json;
  for (const auto& [name, value] : members) {
    json += fmt::format("{}{}: {}", json.empty() ? "" : ", ", quoted(name), format(value));
  }
  return "{" + json + "}";
}

std::string row_text(const Row& row) { return to_text({row}); }

}  // namespace

const char* to_string(From from) noexcept {
  switch (from) {
    case From::postgresql:
      return "postgresql";
    case From::mariadb:
      return "mariadb";
    case From::mariadb_without_binlog:
      return "mariadb without binlog";
    case From::mysql:
      return "mysql";
  }
  return "?";
}

Migration::Migration(From from, MysqlFamilyServer* mysql, PostgresServer* source,
                     PostgresServer& target)
    : from_(from), target_(target) {
  if (mysql != nullptr) {
    mysql_ = std::make_unique<MysqlFamilyDatabase>(*mysql);
  } else {
    postgres_ = std::make_unique<PostgresDatabase>(*source);
  }
  // The smallest there are: a few hundred rows are several batches then.
  limits_["batch_bytes"] = 64 << 10;
  limits_["min_free_bytes"] = 0;
  target_url_ = url_of(target_, target_.server().user());
  source_url_ = mysql_ ? reader_url(*mysql_) : reader_url(*postgres_);
}

Migration::Migration(From from, PostgresServer& target)
    : Migration(from, shared_mysql(from), &PostgresServer::shared(), target) {}

Migration::Migration(PostgresServer& source, PostgresServer& target)
    : Migration(From::postgresql, nullptr, &source, target) {}

Migration::Migration(MysqlFamilyServer& source, PostgresServer& target)
    : Migration(source.is_mysql() ? From::mysql : From::mariadb, &source, nullptr, target) {}

std::string Migration::source_url_of(const std::string& user) const {
  return url_of(*mysql_, fmt::format("user={}&defaults_file=/dev/null", user));
}

std::string Migration::source_url_as(const std::string& role) const {
  return url_of(*postgres_, role);
}

std::string Migration::superuser_url() const {
  return mysql_ ? url_of(*mysql_, "defaults_file=" + mysql_->server().option_file())
                : url_of(*postgres_, postgres_->server().user());
}

std::string Migration::source_url_by_port(int port) const {
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}?passfile={}&sslmode=disable",
                     postgres_->server().user(), port, postgres_->name(),
                     postgres_->server().pass_file());
}

std::string Migration::source_schema() const { return mysql_ ? mysql_->name() : "public"; }

void Migration::read_as_superuser() { source_url_ = superuser_url(); }

std::string Migration::target_url_by_port(int port) const {
  return fmt::format("postgresql://{}@127.0.0.1:{}/{}?passfile={}&sslmode=disable",
                     target_.server().user(), port, target_.name(), target_.server().pass_file());
}

Rows Migration::source(const std::string& sql) const {
  return mysql_ ? mysql_->query(sql) : postgres_->query(sql);
}

std::function<Rows(const std::string&)> Migration::source_session() const {
  const auto session_of = [](auto session) {
    return [session](const std::string& sql) { return session->query(sql); };
  };
  if (mysql_ == nullptr) return session_of(std::make_shared<PgSql>(source_conninfo()));
  return session_of(std::make_shared<MysqlSql>(mysql_->server().option_file(), mysql_->name()));
}

void Migration::on_both(const std::string& sql) const {
  source(sql);
  target(sql);
}

void Migration::move(const std::string& source, const std::string& target, const std::string& more,
                     const std::string& mapping) {
  tables_.push_back(fmt::format(R"({{"source": "{}", "target": "{}", "mapping": {}{}{}}})", source,
                                target, mapping, more.empty() ? "" : ", ", more));
}

void Migration::leave(const std::string& table) { leave_[table] = "not part of this test"; }

void Migration::forget_tables() {
  tables_.clear();
  leave_.clear();
}

void Migration::limit(const std::string& name, std::uint64_t value) { limits_[name] = value; }

std::string Migration::config_json() const {
  std::map<std::string, std::string> members = members_;
  members.emplace("name", quoted("test"));
  members.emplace("source", quoted(source_url_));
  members.emplace("target", quoted(target_url_));
  members.emplace("tables", fmt::format("[{}]", fmt::join(tables_, ",\n")));
  members.emplace("leave", json_object(leave_, quoted));
  members.emplace("limits",
                  json_object(limits_, [](std::uint64_t value) { return std::to_string(value); }));
  return json_object(members, [](const std::string& json) { return json; });
}

RunResult Migration::sluice(const std::string& verb, const std::vector<std::string>& arguments,
                            const RunOptions& options) const {
  std::vector<std::string> argv = {verb, "--config",
                                   dir_.write("config.json", config_json()).string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return run_sluice(std::move(argv), options);
}

std::unique_ptr<Process> Migration::start(const std::string& verb,
                                          const std::vector<std::string>& arguments,
                                          const RunOptions& options) const {
  std::vector<std::string> argv = {sluice_binary(), verb, "--config",
                                   dir_.write("config.json", config_json()).string()};
  argv.insert(argv.end(), arguments.begin(), arguments.end());
  return std::make_unique<Process>(argv, options);
}

std::unique_ptr<Process> Migration::start_copy(const std::vector<std::string>& arguments,
                                               const RunOptions& options) const {
  return start("copy", arguments, options);
}

RunResult Migration::copy_killed_at(const std::string& point) const {
  RunOptions options;
  options.env = {{"SLUICE_KILL_AT", point}};
  return copy({}, options);
}

std::unique_ptr<Process> Migration::start_copy_stalled_at(
    const std::string& point, const std::vector<std::string>& arguments) const {
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", point}};
  return start_copy(arguments, options);
}

bool wait_until(const std::function<bool()>& condition, std::chrono::milliseconds timeout) {
  const auto end = std::chrono::steady_clock::now() + timeout;
  while (!condition()) {
    if (std::chrono::steady_clock::now() > end) return false;
    std::this_thread::sleep_for(std::chrono::milliseconds(10));
  }
  return true;
}

bool wait_until_stalled(Process& process) {
  const std::string path = fmt::format("/proc/{}/stat", process.pid());
  bool stalled = false;
  static_cast<void>(wait_until([&] {
    std::ifstream file(path);
    const std::string text{std::istreambuf_iterator<char>(file), {}};
    const std::size_t name_end = text.rfind(')');
    stalled = name_end != std::string::npos && text.compare(name_end, 3, ") T") == 0;
    return stalled || !process.running();
  }));
  return stalled;
}

std::string first_difference(const Rows& expected, const Rows& actual) {
  const std::size_t common = std::min(expected.size(), actual.size());
  for (std::size_t i = 0; i < common; ++i) {
    if (expected[i] == actual[i]) continue;
    return fmt::format("row {}: expected {}, found {}", i + 1, row_text(expected[i]),
                       row_text(actual[i]));
  }
  if (expected.size() == actual.size()) return "";
  return fmt::format("{} rows expected, {} found; the first without a partner: {}", expected.size(),
                     actual.size(),
                     row_text(expected.size() > common ? expected[common] : actual[common]));
}

std::string Migration::difference(const std::string& source_sql,
                                  const std::string& target_sql) const {
  return first_difference(source(source_sql), target(target_sql));
}

std::string Migration::table_difference(const std::string& table,
                                        const std::string& columns) const {
  const std::string sql = "SELECT {0} FROM {1} ORDER BY {0}";
  return difference(fmt::format(fmt::runtime(sql), columns, table),
                    fmt::format(fmt::runtime(sql), columns, table + "__side"));
}

std::string Migration::run_state() const {
  const Row row =
      target("SELECT state, reason FROM sluice.run ORDER BY started_at DESC LIMIT 1").at(0);
  return *row.at(0) + (row.at(1)->empty() ? "" : ": " + *row.at(1));
}

void Migration::age_leases() const {
  target(
      "UPDATE sluice.range SET lease_until = now() - interval '1 second' WHERE owner IS NOT NULL");
}

void Migration::cut_target_sessions() const {
  target(
      "SELECT pg_terminate_backend(pid, 10000) FROM pg_stat_activity WHERE datname = "
      "current_database() AND pid <> pg_backend_pid()");
}

std::vector<std::string> Migration::events(const std::string& kind) const {
  std::vector<std::string> bodies;
  for (const Row& row : target(fmt::format(
           "SELECT body FROM sluice.event WHERE kind = '{}' AND run_id = (SELECT run_id FROM "
           "sluice.run ORDER BY started_at DESC LIMIT 1) ORDER BY event_no",
           kind))) {
    bodies.push_back(row.at(0).value());
  }
  return bodies;
}

std::string Migration::quarantine(const std::string& table) const {
  return to_text(target(fmt::format(
      "SELECT source_key, column_name, q.reason, q.state FROM sluice.quarantine q JOIN sluice.run "
      "r "
      "USING (run_id) WHERE table_no = (SELECT ordinality FROM json_array_elements("
      "r.plan::json->'tables') WITH ORDINALITY AS t(t, ordinality) WHERE t->'target'->>'table' = "
      "'{}') ORDER BY length(source_key), source_key, column_name",
      table)));
}

}  // namespace sluice::test
