#pragma once

#include <memory>
#include <utility>
#include <vector>

#include "sluice/db/target.h"
#include "sluice/model/endpoint.h"
#include "sluice/os/mutex.h"

namespace sluice::copy {

/// Sessions on the target that short tasks use one after the other: opening one costs as much as
/// building the index of a small table. As many are opened as tasks run at once. Safe from all
/// threads.
class SessionPool {
 public:
  /// One session, for the thread that took it. It is closed at the end unless `give_back` says that
  /// it may serve again: what a task that failed leaves behind is nobody's to guess.
  class Lease {
   public:
    explicit Lease(SessionPool& pool) : pool_(pool), session_(pool.take()) {}
    [[nodiscard]] db::TargetSession& operator*() const noexcept { return *session_; }
    [[nodiscard]] db::TargetSession* operator->() const noexcept { return session_.get(); }
    /// Outside of a transaction.
    void give_back() && { pool_.put(std::move(session_)); }

   private:
    SessionPool& pool_;
    std::unique_ptr<db::TargetSession> session_;
  };

  explicit SessionPool(const model::Endpoint& target) : target_(target) {}

 private:
  [[nodiscard]] std::unique_ptr<db::TargetSession> take() {
    {
      const os::Lock lock(mutex_);
      if (!free_.empty()) {
        std::unique_ptr<db::TargetSession> session = std::move(free_.back());
        free_.pop_back();
        return session;
      }
    }
    return db::open_target(target_);
  }
  void put(std::unique_ptr<db::TargetSession> session) {
    const os::Lock lock(mutex_);
    free_.push_back(std::move(session));
  }

  const model::Endpoint& target_;
  os::Mutex mutex_;
  std::vector<std::unique_ptr<db::TargetSession>> free_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::copy
