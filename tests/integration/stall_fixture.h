#pragma once

#include <csignal>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "integration/standstill_fixture.h"

/// What the tests of copies that wait share.
namespace sluice::test {

/// A copy that has stopped itself at `point`; it is to be sent SIGCONT.
inline std::unique_ptr<Process> copy_that_stands_at(const Migration& migration,
                                                    const std::string& point) {
  RunOptions options;
  options.env = {{"SLUICE_STALL_AT", point}, {"SLUICE_STALL_AFTER_MS", kStallAfter}};
  auto process = migration.start_copy({}, options);
  REQUIRE(wait_until_stalled(*process));
  return process;
}

/// What status says that the run waits for; empty where it says nothing.
inline std::string waiting_for(const Migration& migration) {
  const RunResult status = migration.sluice("status", {"--json"});
  const auto document = codec::parse_json_or_throw(status.out, "status");
  for (const codec::JsonValue& process : document.root().at("processes").items()) {
    CHECK(process.at("waiting_for").is_null() == process.at("waiting_since").is_null());
    if (!process.at("waiting_for").is_null()) return process.at("waiting_for").as_string();
  }
  return "";
}

/// Waits until it says so.
inline bool waits_for(const Migration& migration, const std::string& text) {
  std::string said;
  const bool found = wait_until([&] {
    said = waiting_for(migration);
    return said.find(text) != std::string::npos;
  });
  INFO("wanted: " << text << "\nsaid: " << said);
  CHECK(found);
  return found;
}

inline void check_ended_well(const Migration& migration, Process& copy) {
  const RunResult result = copy.wait();
  INFO(result.out << result.err);
  CHECK(result.exit_code == 0);
  CHECK(migration.run_state() == "finished");
  CHECK(migration.table_difference("t", "id, payload") == "");
}

/// A table of MariaDB or MySQL that somebody has locked is what the copy waits for.
inline void check_waits_for_locked_table(From from) {
  Migration migration(from);
  make_long_table(migration);
  const auto copy = copy_that_stands_at(migration, "after_snapshot");
  const auto other = migration.source_session();
  other("LOCK TABLES t WRITE");
  copy->send_signal(SIGCONT);
  // The session gives up its wait after 10 s, long before this test does.
  CHECK(waits_for(migration, "waits for the source: a lock "));
  other("UNLOCK TABLES");
  check_ended_well(migration, *copy);
}

}  // namespace sluice::test
