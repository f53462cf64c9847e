#pragma once

#include <chrono>
#include <cstdint>
#include <list>
#include <string>
#include <vector>

#include "sluice/os/mutex.h"

namespace sluice::copy {

/// What a process does beside copying rows, in words for people: "VACUUM of crm.orders__side".
struct AtWork {
  std::uint64_t number = 0;  // grows with every beginning
  std::string what;
  std::chrono::steady_clock::time_point since;
};

/// All that is being done now. Safe from all threads.
class Activities {
 public:
  /// In the order of their beginnings: the stage first, then its steps.
  [[nodiscard]] std::vector<AtWork> now() const;
  /// Grows whenever something begins, gets on or ends.
  [[nodiscard]] std::uint64_t changes() const;

 private:
  friend class Activity;
  using Place = std::list<AtWork>::iterator;
  [[nodiscard]] Place begin(std::string what);
  void say(Place place, std::string what);
  void end(Place place) noexcept;

  mutable os::Mutex mutex_;
  std::list<AtWork> entries_ SLUICE_GUARDED_BY(mutex_);
  std::uint64_t begun_ SLUICE_GUARDED_BY(mutex_) = 0;
  std::uint64_t changes_ SLUICE_GUARDED_BY(mutex_) = 0;
};

/// One thing that is being done for as long as this lives. `activities` must outlive it.
class Activity {
 public:
  Activity(Activities& activities, std::string what)
      : activities_(activities), place_(activities.begin(std::move(what))) {}
  Activity(const Activity&) = delete;
  Activity& operator=(const Activity&) = delete;
  ~Activity() { activities_.end(place_); }

  /// The same, further on.
  void say(std::string what) { activities_.say(place_, std::move(what)); }

 private:
  Activities& activities_;
  Activities::Place place_;
};

}  // namespace sluice::copy
