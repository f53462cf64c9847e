#pragma once

#include <atomic>
#include <chrono>
#include <memory>
#include <string>
#include <utility>

#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/db/sql_session.h"
#include "sluice/db/target.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/error.h"

/// Every session that leaves db is wrapped here, so that whatever fails on it, whenever and for
/// whom, says on which side it failed: both may be of one engine.
namespace sluice::db {

/// Where a session leads, as its errors say it. For one thread at a time, except cancelled().
class Side {
 public:
  using Clock = std::chrono::steady_clock;

  explicit Side(const model::Endpoint& endpoint)
      : name_(endpoint.side), statement_seconds_(endpoint.statement_seconds) {}

  /// Returns what `call` returns. `begun`: when the statement was sent that the call is part of.
  template <typename Call>
  decltype(auto) run(Call&& call, Clock::time_point begun = Clock::now()) const {
    try {
      return std::forward<Call>(call)();
    } catch (const model::CommitInDoubt& error) {
      throw model::CommitInDoubt(named(error.what()));
    } catch (const model::Error& error) {
      throw told(error, begun);
    }
  }

  /// What runs is ended on our own behalf. For good: who cancels a session has no more use for it.
  void cancelled() noexcept { cancelled_ = true; }

 private:
  [[nodiscard]] std::string named(const std::string& message) const;
  [[nodiscard]] model::Error told(const model::Error& error, Clock::time_point begun) const;

  std::string name_;
  std::chrono::seconds statement_seconds_;
  std::atomic<bool> cancelled_{false};
};

/// A driver's session in the place where others see it.
template <typename Session>
class Wrapped {
 public:
  Wrapped(Session& own, Side& side) : own_(own), side_(side) {}
  Wrapped(const Wrapped&) = delete;
  Wrapped& operator=(const Wrapped&) = delete;
  virtual ~Wrapped() = default;
  [[nodiscard]] Session& own() const noexcept { return own_; }
  [[nodiscard]] Side& side() const noexcept { return side_; }

 private:
  Session& own_;
  Side& side_;
};

/// For what a driver does with its own kind of session. Every session comes from the functions
/// below.
template <typename Session, typename Call>
auto with_own(Session& session, Call call) {
  const auto& wrapped = dynamic_cast<const Wrapped<Session>&>(session);
  return wrapped.side().run([&] { return call(wrapped.own()); });
}

[[nodiscard]] std::unique_ptr<SqlSession> at_side(const model::Endpoint& endpoint,
                                                  std::unique_ptr<SqlSession> session);
[[nodiscard]] std::unique_ptr<TargetSession> at_side(const model::Endpoint& endpoint,
                                                     std::unique_ptr<TargetSession> session);
[[nodiscard]] std::unique_ptr<RowSession> at_side(const model::Endpoint& endpoint,
                                                  std::unique_ptr<RowSession> session);
[[nodiscard]] SnapshotSessions at_side(const model::Endpoint& endpoint, SnapshotSessions snapshot);

}  // namespace sluice::db
