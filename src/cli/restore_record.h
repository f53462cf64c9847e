#pragma once

#include <memory>
#include <string>

#include "sluice/db/sql_session.h"
#include "sluice/retire/restore.h"

#include "cli/console.h"

/// Rows that go back into the very source that they were deleted from: who does that, and that it
/// was done, stands in the events of the run whose rows they are.
namespace sluice::cli {

class RestoreRecord {
 public:
  /// Looks at the archive and at the server. Nothing is asked and nothing recorded of a scratch
  /// database, or of a dry run. Of the source it throws Exit (4) without a config, and for whoever
  /// may not run; Error{drift} where the config's target knows no such run.
  RestoreRecord(const retire::RestoreRequest& request, const std::string& config,
                const std::string& operator_option, Console& console);

  /// Whether the rows go into their own source.
  [[nodiscard]] bool is_source() const noexcept { return is_source_; }
  /// `restore-begun`, before the first row. Nothing where nothing is recorded.
  void begin();
  /// `restored`: of each table, how many rows are back.
  void end(const retire::RestoreResult& result);

 private:
  [[nodiscard]] std::string body(const retire::RestoreResult* result) const;

  std::string archive_;
  std::string manifest_sha256_;
  std::string run_id_;
  std::string operator_;
  std::string role_;
  bool is_source_ = false;
  std::unique_ptr<db::SqlSession> ledger_;  ///< absent where nothing is recorded
};

}  // namespace sluice::cli
