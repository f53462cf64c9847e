#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/waits.h"
#include "sluice/os/mutex.h"
#include "sluice/waits/workers.h"

namespace sluice::waits {

/// How long nothing may move before somebody is told why: longer than a batch, a checkpoint or a
/// busy server's breath takes, and shorter than people's patience.
inline constexpr std::chrono::seconds kStallAfter{30};

/// Why nothing moves.
struct Stall {
  enum class Kind : std::uint8_t { lock, disk, source, target, others, self };
  Kind kind{};
  std::string text;  // "waits for the source: reading crm.contacts (the server: ...)"
  std::chrono::steady_clock::time_point since;  // when something moved for the last time
};

/// What one server said when it was asked.
struct Answer {
  db::ServerWaits waits;
  std::string failure;  // why it could not be asked; empty where it answered
};

/// All that is known of a process while nothing moves.
struct Standstill {
  std::vector<AtWait> workers;
  Answer source;
  Answer target;
  std::optional<std::uint64_t> free_bytes;  // on the target's disk, where that can be seen
  std::chrono::steady_clock::time_point since;
};

/// One line that says why. A lock that somebody else holds comes first, then a full disk, then
/// whatever a worker has waited for the longest. Absent where a server is at work on a statement
/// that takes as long as it takes: that is no stall. Statements and names in the text are as the
/// servers gave them, to be escaped by who prints.
[[nodiscard]] std::optional<Stall> judge(const Standstill& standstill);

/// What moves while work goes on; only changes matter.
struct Marks {
  std::uint64_t rows_read = 0;
  std::uint64_t batches = 0;
  std::uint64_t activities = 0;
  [[nodiscard]] bool operator==(const Marks&) const = default;
};

/// Tells for how long nothing has moved.
class Patience {
 public:
  using Clock = std::chrono::steady_clock;
  Patience(std::chrono::milliseconds limit, Clock::time_point now) : limit_(limit), moved_(now) {}

  /// True when nothing has moved for the limit.
  [[nodiscard]] bool ends(const Marks& marks, Clock::time_point now) {
    if (marks != marks_) moved_ = now;
    marks_ = marks;
    return now - moved_ >= limit_;
  }
  [[nodiscard]] Clock::time_point moved() const noexcept { return moved_; }

 private:
  std::chrono::milliseconds limit_;
  Clock::time_point moved_;
  Marks marks_;
};

/// The stall of now, for those who show it. Safe from all threads.
class StallBoard {
 public:
  void put(std::optional<Stall> stall) {
    const os::Lock lock(mutex_);
    stall_ = std::move(stall);
  }
  [[nodiscard]] std::optional<Stall> now() const {
    const os::Lock lock(mutex_);
    return stall_;
  }

 private:
  mutable os::Mutex mutex_;
  std::optional<Stall> stall_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::waits
