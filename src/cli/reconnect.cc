#include "cli/reconnect.h"

#include <algorithm>
#include <string>
#include <thread>

#include <fmt/format.h>

#include "cli/stop_sources.h"

namespace sluice::cli {
namespace {

/// A server that is back is found soon, and one that is down for minutes is not knocked at all the
/// time.
constexpr std::chrono::seconds kLongestPause{15};

}  // namespace

void Reconnect::renew_after(const copy::Progress& progress) noexcept {
  if (progress.batches() == 0) return;
  waited_ = Seconds(0);
  pause_ = kFirstPause;
}

std::string Reconnect::way_on() const {
  return fmt::format("what was committed stays; '{}' goes on from here",
                     command_line(copy_words(arguments_)));
}

model::Error Reconnect::with_way_on(const model::Error& error) const {
  const std::string hint = error.hint().empty() ? "" : error.hint() + "; ";
  return {error.kind(), error.what(), hint + way_on(), error.retry()};
}

void Reconnect::wait_or_throw(const model::Error& error) {
  // A full disk waits for people, and so does a password that is not the server's any more.
  const bool for_people =
      error.kind() == model::ErrorKind::storage || error.kind() == model::ErrorKind::config;
  if (begun_ && for_people && error.retry() == model::Retry::never) throw with_way_on(error);
  // A process that joined leaves its ranges to the others and is started again by hand.
  if (!begun_ || arguments_.join || error.retry() != model::Retry::new_session) throw error;
  if (waited_ >= patience_) {
    throw model::Error(error.kind(),
                       fmt::format("{}; waited {} s for it", error.what(), waited_.count()),
                       way_on(), error.retry());
  }
  const Seconds pause = std::min(pause_, patience_ - waited_);
  console_.note(fmt::format("{}; tries again in {} s, gives up after {} s (Ctrl-C: at once)",
                            error.what(), pause.count(), (patience_ - waited_).count()));
  for (Seconds slept{0}; slept < pause; ++slept) {
    std::this_thread::sleep_for(Seconds(1));
    refuse_stop_file(arguments_.stop_file, console_);
  }
  waited_ += pause;
  pause_ = std::min(2 * pause_, kLongestPause);
}

}  // namespace sluice::cli
