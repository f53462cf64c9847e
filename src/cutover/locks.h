#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"

namespace sluice::cutover {

/// (tx) The one statement that takes all locks, in order: views first, because whoever reads one
/// holds it while it waits for the tables.
///
/// The first lock may be waited for as long as `lock_timeout`: nothing is held meanwhile, and who
/// comes later queues behind it for that long at most. From then on others wait for this session,
/// and a circle among them would end one of *them* after their deadlock_timeout. So all other locks
/// together have to be there within four fifths of the server's deadlock_timeout; otherwise this
/// session gives up (55P03) and lets go of everything.
[[nodiscard]] std::string lock_sql(const std::vector<std::string>& locks,
                                   std::chrono::milliseconds lock_timeout);

/// Who holds or waits for locks on the relations, for people: "process 4711 of app (psql), in a
/// transaction since ...".
[[nodiscard]] std::vector<std::string> blockers_of(db::SqlSession& session,
                                                   const std::vector<std::string>& relations);

}  // namespace sluice::cutover
