#include "sluice/doctor/doctor.h"

#include <algorithm>
#include <iterator>
#include <set>
#include <span>

#include <fmt/format.h>
#include <fmt/ranges.h>
#include <sys/stat.h>

#include "sluice/db/catalog.h"
#include "sluice/db/source.h"
#include "sluice/ledger/ledger.h"

#include "doctor/server.h"

namespace sluice::doctor {
namespace {

constexpr std::size_t kNamed = 3;  // of many, the first ones say enough

/// Locks that one table takes when it gets another name, with its indexes, sequence and TOAST, as
/// measured: default settings fail at about 1,000 tables.
constexpr double kLocksOfTable = 6.3;

std::string some_of(const std::vector<std::string>& all) {
  const auto first = std::span(all).first(std::min(all.size(), kNamed));
  return all.size() <= kNamed
             ? fmt::format("{}", fmt::join(first, ", "))
             : fmt::format("{} and {} more", fmt::join(first, ", "), all.size() - kNamed);
}

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

std::vector<model::QualifiedName> source_tables(const config::Config& config) {
  std::vector<model::QualifiedName> tables;
  for (const config::Table& table : config.tables) tables.push_back(table.source);
  return tables;
}

Check check_reading(ServerVisit& source, const config::Config& config) {
  const auto unreadable = db::unreadable_tables(source.session(), source_tables(config));
  if (unreadable.empty()) {
    return {"", Verdict::ok, fmt::format("all {} tables can be read", config.tables.size()), ""};
  }
  std::vector<std::string> names;
  names.reserve(unreadable.size());
  for (const db::Unreadable& table : unreadable) names.push_back(table.table.text());
  return {"", Verdict::error,
          fmt::format("cannot read {}: {}", some_of(names), unreadable.front().reason),
          "sluice grants prints the SQL for a role that can"};
}

Check check_powers(ServerVisit& source, const config::Config& config) {
  const auto powers = db::write_privileges(source.session(), source_tables(config));
  if (powers.empty()) return {"", Verdict::ok, "the role can only read", ""};
  const std::string found = "the role has " + some_of(powers);
  if (config.source_can_delete) {
    return {"", Verdict::warning,
            fmt::format("{}; {} takes responsibility", found, config.source_can_delete->person),
            "a role that can only read is safer: sluice grants prints the SQL"};
  }
  return {"", Verdict::error, found, "sluice grants prints the SQL for a role that can only read"};
}

/// Whether a later look can tell that nothing has changed: it decides how much is read again.
Check check_position(const config::Config& config) {
  const db::SnapshotSessions snapshot = db::open_snapshot(config.source, 1);
  if (!snapshot.info.position.empty()) {
    return {"", Verdict::ok, "a stopped copy can tell whether the source has moved", ""};
  }
  return {"", Verdict::warning,
          "whether the source has moved cannot be told: a copy that was stopped reads again what "
          "it had read",
          "on MySQL and MariaDB it takes the binary log and the right to see where it stands: "
          "sluice grants has the line"};
}

Check check_connections(ServerVisit& server, std::uint64_t needed) {
  const std::uint64_t most = server.number("max_connections");
  if (most == 0 || needed * 2 <= most) {
    return {"", Verdict::ok, fmt::format("{} needed of at most {}", needed, most), ""};
  }
  return {"", Verdict::warning, fmt::format("{} needed of at most {}", needed, most),
          "see that so many are free during the copy, raise max_connections, or lower \"readers\" "
          "and \"writers\""};
}

/// Limits that a server has for its sessions. Sluice's own set their own; who set them may wonder.
Check check_timeouts(const ServerVisit& server, std::uint32_t statement_seconds) {
  std::vector<std::string> set;
  for (const char* name : {"statement_timeout", "max_statement_time", "max_execution_time"}) {
    const auto found = server.health().settings.find(name);
    if (found == server.health().settings.end() || server.number(name) == 0) continue;
    set.push_back(fmt::format("{} = {}", name, found->second));
  }
  if (set.empty()) return {"", Verdict::ok, "the server ends no statement by itself", ""};
  const std::string own = statement_seconds == 0
                              ? "sluice's own sessions have none"
                              : fmt::format("sluice's own sessions have {} s", statement_seconds);
  return {"", Verdict::warning, fmt::format("{}; {}", fmt::join(set, ", "), own),
          "where long statements must not be, say so with \"source_statement_seconds\""};
}

Check check_creating(ServerVisit& target, const config::Config& config) {
  std::set<std::string> schemas;
  for (const config::Table& table : config.tables) schemas.insert(table.target.schema);
  const auto missing = db::missing_create(target.session(), {schemas.begin(), schemas.end()});
  if (missing.empty()) return {"", Verdict::ok, "the role may make tables and the ledger", ""};
  return {"", Verdict::error, "the role lacks " + some_of(missing),
          "sluice grants prints the SQL for a target role"};
}

Check check_space(ServerVisit& target, const config::Config& config) {
  const db::Storage storage = db::read_storage(target.session());
  if (!storage.free_bytes) {
    return {"", Verdict::warning, "the target's disk cannot be seen from here",
            "see to it that there is room for all tables once more; over a unix socket, with a "
            "role that has pg_read_all_settings, sluice sees it"};
  }
  const std::string found = mebibytes(*storage.free_bytes) + " free";
  if (*storage.free_bytes < config.limits.min_free_bytes) {
    return {"", Verdict::error,
            fmt::format("{}, less than \"min_free_bytes\" ({})", found,
                        mebibytes(config.limits.min_free_bytes)),
            "make room on the target's disk: a copy would pause at once"};
  }
  return {"", Verdict::ok, found, ""};
}

Check check_locks(const ServerVisit& target, const config::Config& config) {
  const std::uint64_t room =
      target.number("max_locks_per_transaction") *
      (target.number("max_connections") + target.number("max_prepared_transactions"));
  const auto needed =
      static_cast<std::uint64_t>(kLocksOfTable * static_cast<double>(config.tables.size()));
  const std::string found =
      fmt::format("room for {} locks, about {} needed to rename all tables at once", room, needed);
  if (room >= needed) return {"", Verdict::ok, found, ""};
  return {"", Verdict::error, found,
          fmt::format("raise max_locks_per_transaction to {} and restart the target",
                      needed / std::max<std::uint64_t>(1, target.number("max_connections")) + 64)};
}

Check check_settings(const ServerVisit& target) {
  const auto is_off = [&target](const char* name) {
    const auto found = target.health().settings.find(name);
    return found != target.health().settings.end() && found->second == "off";
  };
  if (target.health().is_read_only) {
    return {"", Verdict::error, "a standby: it takes no writes", "name the primary in \"target\""};
  }
  for (const char* name : {"fsync", "full_page_writes"}) {
    if (!is_off(name)) continue;
    return {"", Verdict::error, fmt::format("{} is off: a crash may lose what was verified", name),
            fmt::format("switch {} on before anything is copied that counts", name)};
  }
  return {"", Verdict::ok, "what is committed and flushed survives a crash", ""};
}

Check check_encoding(const ServerVisit& target) {
  const auto found = target.health().settings.find("server_encoding");
  if (found == target.health().settings.end() || found->second == "UTF8") {
    return {"", Verdict::ok, "UTF8", ""};
  }
  return {"", Verdict::warning, fmt::format("{}: it cannot hold every character", found->second),
          "make the target database with ENCODING 'UTF8'"};
}

Check check_ledger(ServerVisit& target) {
  switch (ledger::schema_state(target.session())) {
    case ledger::SchemaState::absent:
      return {"", Verdict::ok, "there is none yet: the first copy makes it", ""};
    case ledger::SchemaState::usable:
      return {"", Verdict::ok, fmt::format("of version {}", ledger::kSchemaVersion), ""};
    case ledger::SchemaState::other_version:
      break;
  }
  return {"", Verdict::error, "of another version", "use the sluice that made it"};
}

}  // namespace

std::vector<Check> examine_files(const config::Config& config) {
  struct stat status {};
  if (::stat(config.file.c_str(), &status) != 0) {
    return {{"config-file", Verdict::unknown, config.file + " cannot be looked at", ""}};
  }
  constexpr unsigned kWritableByOthers = 022;
  if ((status.st_mode & kWritableByOthers) == 0) {
    return {{"config-file", Verdict::ok, "written by its owner only", ""}};
  }
  return {{"config-file", Verdict::warning, "others than its owner may write to " + config.file,
           "chmod go-w: what it says decides what is moved"}};
}

std::vector<Check> examine_source(const config::Config& config) {
  ServerVisit source(config.source);
  source.check("read", [&] { return check_reading(source, config); });
  source.check("write", [&] { return check_powers(source, config); });
  source.check("position", [&] { return check_position(config); });
  source.check("timeouts",
               [&] { return check_timeouts(source, config.limits.source_statement_seconds); });
  // The readers, the catalogue's session, and the watch for why nothing moves.
  source.check("connections", [&] { return check_connections(source, config.limits.readers + 2); });
  return source.take();
}

std::vector<Check> examine_target(const config::Config& config) {
  ServerVisit target(config.target);
  target.check("settings", [&] { return check_settings(target); });
  target.check("create", [&] { return check_creating(target, config); });
  target.check("space", [&] { return check_space(target, config); });
  target.check("locks", [&] { return check_locks(target, config); });
  // Writers, the readers' claims, and those that hold and watch the run.
  target.check("connections", [&] {
    return check_connections(target, config.limits.writers + config.limits.readers + 5);
  });
  target.check("timeouts", [&] { return check_timeouts(target, 0); });
  target.check("encoding", [&] { return check_encoding(target); });
  target.check("ledger", [&] { return check_ledger(target); });
  return target.take();
}

std::vector<Check> examine(const config::Config& config, const Places& places) {
  std::vector<Check> all = examine_signing(places.ssh_keygen);
  std::ranges::move(examine_files(config), std::back_inserter(all));
  std::ranges::move(examine_policy(config, places.policy), std::back_inserter(all));
  std::ranges::move(examine_archive(config, places.archive), std::back_inserter(all));
  std::ranges::move(examine_source(config), std::back_inserter(all));
  std::ranges::move(examine_target(config), std::back_inserter(all));
  return all;
}

}  // namespace sluice::doctor
