#pragma once

#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/ledger.h"
#include "sluice/manifest/manifest.h"
#include "sluice/retire/restore.h"

#include "cli/console.h"
#include "cli/stop_sources.h"

/// Rows that go back into the very source that they were deleted from: who does that, and that it
/// was done, stands in the events of the run whose rows they are, and nobody else works on that run
/// meanwhile. A rehearsal that is timed (into a scratch database) is put on record where it is
/// asked for, for the manifests that people sign next.
namespace sluice::cli {

/// What `restore` was told beside what it is to put back.
struct RestoreCall {
  std::string config;
  std::string operator_name;
  std::string stop_file;
  std::uint64_t window = 0;  // seconds; 0: none
};

class RestoreRecord {
 public:
  /// Looks at the archive and at the server. Nothing is asked and nothing recorded of a scratch
  /// database, unless config and window are named, or of a dry run. Of the source it throws Exit: 4
  /// without a config, and for whoever may not run; 6 where others work on the run, 3 where it is
  /// stopped. Error{drift} where the config's target knows no such run.
  RestoreRecord(const retire::RestoreRequest& request, const RestoreCall& call, Console& console);

  /// Whether the rows go into their own source.
  [[nodiscard]] bool is_source() const noexcept { return is_source_; }
  [[nodiscard]] const std::string& run_id() const noexcept { return run_id_; }
  /// What stops it, where it holds the run.
  [[nodiscard]] std::optional<StopSources::Watched> watched() const;
  /// `restore-begun`, before the first row. Nothing where nothing is recorded.
  void begin();
  /// `restored`: of each table, how many rows are back; of a rehearsal `restore-rehearsed`.
  void end(const retire::RestoreResult& result);

 private:
  void open(const RestoreCall& call, const model::Endpoint& into, Console& console);
  void hold(Console& console);
  [[nodiscard]] std::string body(const retire::RestoreResult* result) const;

  RestoreCall call_;
  std::string archive_;
  std::string manifest_sha256_;
  std::string run_id_;
  std::string operator_;
  std::string role_;
  std::string into_database_;
  bool is_source_ = false;
  std::int64_t last_event_ = 0;
  model::Endpoint target_;                  // held to the server of the run's plan
  std::unique_ptr<db::SqlSession> ledger_;  ///< absent where nothing is recorded
  std::optional<ledger::RunHold> hold_;     ///< of the source only
};

/// Rehearsals on record of all runs of configs of that name, oldest first.
[[nodiscard]] std::vector<manifest::Rehearsal> rehearsals(db::SqlSession& ledger,
                                                          const std::string& config_name);

}  // namespace sluice::cli
