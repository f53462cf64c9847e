#include "sluice/waits/workers.h"

#include <iterator>
#include <utility>

namespace sluice::waits {

std::vector<AtWait> Workers::now() const {
  const os::Lock lock(mutex_);
  return {all_.begin(), all_.end()};
}

Workers::Place Workers::add() {
  const os::Lock lock(mutex_);
  all_.emplace_back();
  return std::prev(all_.end());
}

void Workers::put(Place place, AtWait at) {
  const os::Lock lock(mutex_);
  *place = std::move(at);
}

void Workers::remove(Place place) noexcept {
  const os::Lock lock(mutex_);
  all_.erase(place);
}

void Worker::waits(Wait wait, std::string what, std::string session) {
  workers_.put(place_,
               {wait, std::move(what), std::move(session), std::chrono::steady_clock::now()});
}

}  // namespace sluice::waits
