#include "sluice/copy/activity.h"

#include <iterator>
#include <utility>

namespace sluice::copy {

std::vector<AtWork> Activities::now() const {
  const os::Lock lock(mutex_);
  return {entries_.begin(), entries_.end()};
}

std::uint64_t Activities::changes() const {
  const os::Lock lock(mutex_);
  return changes_;
}

Activities::Place Activities::begin(std::string what) {
  const os::Lock lock(mutex_);
  ++changes_;
  entries_.push_back({++begun_, std::move(what), std::chrono::steady_clock::now()});
  return std::prev(entries_.end());
}

void Activities::say(Place place, std::string what) {
  const os::Lock lock(mutex_);
  ++changes_;
  place->what = std::move(what);
}

void Activities::end(Place place) noexcept {
  const os::Lock lock(mutex_);
  ++changes_;
  entries_.erase(place);
}

}  // namespace sluice::copy
