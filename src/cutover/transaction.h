#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"

namespace sluice::cutover {

/// The one transaction of a swap: what is looked at before the locks is looked at once, and the
/// part under the locks is tried again, from a savepoint, where they were not to be had.
class Transaction {
 public:
  Transaction(db::SqlSession& session, const Patience& patience)
      : session_(session), patience_(patience) {}

  /// Begins; commits will be on disk when they are answered.
  void begin();
  /// Does `before`, takes the locks that it returns, and does `work`, which returns false where all
  /// must be tried again. `before` returns none where nothing is to be done. False: given up,
  /// nothing is changed or held.
  [[nodiscard]] bool under_locks(const std::function<std::vector<std::string>()>& before,
                                 const std::function<bool()>& work);
  /// Since the first of the locks.
  [[nodiscard]] std::chrono::milliseconds locked() const;
  [[nodiscard]] int attempts() const noexcept { return attempts_; }

 private:
  [[nodiscard]] bool try_once(const std::function<std::vector<std::string>()>& before,
                              const std::function<bool()>& work);

  db::SqlSession& session_;
  const Patience& patience_;
  int attempts_ = 0;
  std::chrono::steady_clock::time_point since_;
};

/// Runs statements in order, many in one message.
void run_all(db::SqlSession& session, const std::vector<std::string>& statements);

/// COMMIT; where its answer was lost, the ledger is asked on another session, which is returned.
/// Throws Error{connection} where nothing was committed.
[[nodiscard]] std::unique_ptr<db::SqlSession> commit(db::SqlSession& session,
                                                     const OpenSession& reopen,
                                                     const std::string& run_id,
                                                     const std::string& attempt);

/// VALIDATE CONSTRAINT and the like, each by itself; what could not be done, with the reason.
[[nodiscard]] std::vector<std::string> run_later(db::SqlSession& session,
                                                 const std::vector<std::string>& statements);

}  // namespace sluice::cutover
