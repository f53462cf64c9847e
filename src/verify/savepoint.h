#pragma once

#include <exception>
#include <string_view>
#include <utility>
#include <vector>

#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::verify {

/// Runs `work` so that a statement that fails does not end the transaction around it, and with it
/// the point in time: PostgreSQL refuses everything after an error, up to a savepoint.
template <typename Work>
auto guarded(db::SqlSession& session, Work&& work) {
  session.query("SAVEPOINT sluice_step");
  try {
    auto result = std::forward<Work>(work)();
    session.query("RELEASE SAVEPOINT sluice_step");
    return result;
  } catch (const model::Error& error) {
    // Where the connection is gone there is nothing to go back to.
    if (error.kind() != model::ErrorKind::connection) {
      session.query("ROLLBACK TO SAVEPOINT sluice_step");
    }
    throw;
  }
}

[[nodiscard]] inline db::QueryResult query_guarded(db::SqlSession& session, std::string_view sql) {
  return guarded(session, [&] { return session.query(sql); });
}

/// guarded() on two sessions at once.
template <typename Work>
auto guarded_on_both(db::SqlSession& one, db::SqlSession& other, Work&& work) {
  return guarded(one, [&] { return guarded(other, std::forward<Work>(work)); });
}

/// Failures that end a verification, whatever it was doing: the server is gone, somebody stopped
/// it, or the mistake is our own.
[[nodiscard]] inline bool ends_everything(const model::Error& error) noexcept {
  return error.kind() == model::ErrorKind::connection ||
         error.kind() == model::ErrorKind::interrupted ||
         error.kind() == model::ErrorKind::internal;
}

/// A savepoint on every session of a side, for work that uses them all. Goes back to it unless
/// released, so that the sessions are usable again after a failure.
class Savepoints {
 public:
  Savepoints() = default;
  Savepoints(const Savepoints&) = delete;
  Savepoints& operator=(const Savepoints&) = delete;
  ~Savepoints() {
    for (db::SqlSession* session : sessions_) go_back(*session);
  }
  /// Borrows the sessions: must not outlive them.
  void set(const db::SnapshotSessions& side) {
    for (const auto& session : side.sessions) {
      session->sql().query("SAVEPOINT sluice_table");
      sessions_.push_back(&session->sql());
    }
  }
  void release() {
    for (db::SqlSession* session : sessions_) session->query("RELEASE SAVEPOINT sluice_table");
    sessions_.clear();
  }

 private:
  static void go_back(db::SqlSession& session) noexcept {
    try {
      session.query("ROLLBACK TO SAVEPOINT sluice_table");
    } catch (const model::Error&) {
      // The next statement on this session says it again, and to somebody who can answer.
    }
  }
  std::vector<db::SqlSession*> sessions_;
};

}  // namespace sluice::verify
