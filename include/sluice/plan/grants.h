#pragma once

#include <string>

#include "sluice/config/config.h"
#include "sluice/plan/plan.h"

/// The SQL that makes the roles a migration works with. It is printed, never run: whoever may make
/// roles looks at it first. It holds no password and makes no role that could be used without one
/// being set.
namespace sluice::plan {

/// Names of the roles; empty: the endpoint's user, else sluice_source and sluice_target.
struct GrantRoles {
  std::string source;
  std::string target;
  /// From where the source role connects, on the MySQL family ('%', '10.0.0.5', 'localhost').
  /// Empty: 'localhost' where the config's endpoint is a socket or a loopback address, else '%'.
  std::string host;
  std::string retire = {};  ///< that may delete; empty: sluice_retire
};

/// A role that can read what is copied and nothing else. On the MySQL family it sees the tables'
/// whole databases, because tables it could not see would be left behind without anybody noticing.
/// `plan` may be null; with it, sequences that lie elsewhere than the tables are there too.
[[nodiscard]] std::string source_grants(const config::Config& config, const GrantRoles& roles,
                                        const Plan* plan);

/// A role that can make the ledger, new tables with what they need, and side tables beside the live
/// ones, and read those, but not change them. Nothing fails because a table or schema is not there
/// yet that the config has made: rights on it are given where it is there. `plan` may be null; with
/// it, what is there is known, and what foreign keys to tables outside the plan need is there too.
[[nodiscard]] std::string target_grants(const config::Config& config, const GrantRoles& roles,
                                        const Plan* plan);

/// A role of the source that can delete rows of the tables that are copied, and say so in
/// sluice.consumed. `consumed_ddl` makes that table. To be made for the days in which rows are
/// retired, and dropped then.
[[nodiscard]] std::string retire_grants(const config::Config& config, const GrantRoles& roles,
                                        const std::string& consumed_ddl);

/// What the target's role needs beside to give tables other names: that it be a member of the
/// owners of the live tables and of the views over them, which are found when the SQL is run.
/// Refuses, as an error of the SQL, where an owner is a superuser.
[[nodiscard]] std::string cutover_grants(const config::Config& config, const GrantRoles& roles);

}  // namespace sluice::plan
