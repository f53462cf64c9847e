#pragma once

#include <chrono>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "support/mariadb_server.h"
#include "support/mysql_server.h"
#include "support/postgres_server.h"
#include "support/run_process.h"
#include "support/sql.h"
#include "support/temp_dir.h"

namespace sluice::test {

/// What a migration reads from.
enum class From : std::uint8_t { postgresql, mariadb, mariadb_without_binlog, mysql };
[[nodiscard]] const char* to_string(From from) noexcept;

/// A source and a target database of one test and the config of a migration between them; the
/// sluice binary does the moving. The source is read as a role that can only read. What arrived is
/// compared by the test's own SQL.
class Migration {
 public:
  explicit Migration(From from = From::postgresql,
                     PostgresServer& target = PostgresServer::shared());
  /// With servers of the test's own, to be stopped and started.
  Migration(PostgresServer& source, PostgresServer& target);
  Migration(MysqlFamilyServer& source, PostgresServer& target);

  [[nodiscard]] From from() const noexcept { return from_; }
  Rows source(const std::string& sql) const;
  Rows target(const std::string& sql) const { return target_.query(sql); }
  [[nodiscard]] std::string source_value(const std::string& sql) const {
    return single_value(source(sql));
  }
  [[nodiscard]] std::string target_value(const std::string& sql) const {
    return single_value(target(sql));
  }
  /// Of a PostgreSQL source: libpq connection string of its superuser, for a session that stays.
  [[nodiscard]] std::string source_conninfo() const { return postgres_->conninfo(); }
  /// A session of the source's superuser that stays: one thread at a time may query it.
  [[nodiscard]] std::function<Rows(const std::string&)> source_session() const;
  [[nodiscard]] const PostgresDatabase& target_database() const noexcept { return target_; }
  /// SQL that both sides understand, run on both.
  void on_both(const std::string& sql) const;

  // --- the config ---
  /// A table that is copied; the mapping is by equal names unless one is given. `more` is members
  /// of its JSON object, such as R"("existing_rows": "keep")".
  void move(const std::string& source, const std::string& target, const std::string& more = {},
            const std::string& mapping = R"({"same_names": true})");
  void move(const std::string& table) { move(table, table); }
  /// A source table that is left behind.
  void leave(const std::string& table);
  void forget_tables();
  /// One member of "limits". Small batches, so that some rows are many batches, unless it says
  /// otherwise.
  void limit(const std::string& name, std::uint64_t value);
  /// A member of the config itself, as JSON text.
  void member(const std::string& name, const std::string& json) { members_[name] = json; }
  /// Another way to the servers: a URL in the place of their own.
  void source_url(const std::string& url) { source_url_ = url; }
  /// The source on MySQL or MariaDB, by socket, as a user who has no password.
  [[nodiscard]] std::string source_url_of(const std::string& user) const;
  /// The source on PostgreSQL, by socket, as a role.
  [[nodiscard]] std::string source_url_as(const std::string& role) const;
  /// The source, as somebody who may do everything.
  [[nodiscard]] std::string superuser_url() const;
  /// The config, written to a file that lives as long as this object.
  [[nodiscard]] std::string config_file() const {
    return dir_.write("config.json", config_json()).string();
  }
  /// Of a PostgreSQL source: its superuser through a port of this machine.
  [[nodiscard]] std::string source_url_by_port(int port) const;
  /// Where the source's tables lie.
  [[nodiscard]] std::string source_schema() const;
  void target_url(const std::string& url) { target_url_ = url; }
  [[nodiscard]] std::string target_url_by_port(int port) const;
  /// The superuser of the source, who can delete.
  void read_as_superuser();
  [[nodiscard]] std::string config_json() const;

  // --- the program ---
  /// `sluice <verb> --config F <arguments>`.
  [[nodiscard]] RunResult sluice(const std::string& verb,
                                 const std::vector<std::string>& arguments = {},
                                 const RunOptions& options = {}) const;
  [[nodiscard]] RunResult copy(const std::vector<std::string>& arguments = {},
                               const RunOptions& options = {}) const {
    return sluice("copy", arguments, options);
  }
  /// The same in the background.
  [[nodiscard]] std::unique_ptr<Process> start(const std::string& verb,
                                               const std::vector<std::string>& arguments = {},
                                               const RunOptions& options = {}) const;
  [[nodiscard]] std::unique_ptr<Process> start_copy(const std::vector<std::string>& arguments = {},
                                                    const RunOptions& options = {}) const;
  /// Copies with one point armed: SLUICE_KILL_AT=`point`.
  [[nodiscard]] RunResult copy_killed_at(const std::string& point) const;
  /// The same in the background with SLUICE_STALL_AT.
  [[nodiscard]] std::unique_ptr<Process> start_copy_stalled_at(
      const std::string& point, const std::vector<std::string>& arguments = {}) const;

  // --- what came of it ---
  /// The first difference between the rows of two queries, one on each side, in the order the
  /// servers give them; empty when there is none.
  [[nodiscard]] std::string difference(const std::string& source_sql,
                                       const std::string& target_sql) const;
  /// The same of whole tables: `columns` ordered by all of them, the target's side table.
  [[nodiscard]] std::string table_difference(const std::string& table,
                                             const std::string& columns) const;
  /// State and reason of the newest run: "finished | ".
  [[nodiscard]] std::string run_state() const;
  /// As if every owner of a range had been silent for longer than its lease.
  void age_leases() const;
  /// As if the network had cut off all sessions that the target database has now.
  void cut_target_sessions() const;
  /// The bodies of the newest run's events of a kind, in order.
  [[nodiscard]] std::vector<std::string> events(const std::string& kind) const;
  /// Rows of quarantine as "key column reason state" lines in key order.
  [[nodiscard]] std::string quarantine(const std::string& table) const;

 private:
  Migration(From from, MysqlFamilyServer* mysql, PostgresServer* source, PostgresServer& target);

  From from_;
  TempDir dir_;
  std::unique_ptr<MysqlFamilyDatabase> mysql_;
  std::unique_ptr<PostgresDatabase> postgres_;
  PostgresDatabase target_;
  std::string source_url_;
  std::string target_url_;
  std::vector<std::string> tables_;
  std::map<std::string, std::string> leave_;
  std::map<std::string, std::uint64_t> limits_;
  std::map<std::string, std::string> members_;
};

/// Polls until `condition` holds; false when it never does.
[[nodiscard]] bool wait_until(const std::function<bool()>& condition,
                              std::chrono::milliseconds timeout = std::chrono::seconds(60));
/// Waits until the process stands still at its SLUICE_STALL_AT; false when it ends instead.
[[nodiscard]] bool wait_until_stalled(Process& process);

/// The first row in which two results differ, in words; empty when they are the same.
[[nodiscard]] std::string first_difference(const Rows& expected, const Rows& actual);

}  // namespace sluice::test
