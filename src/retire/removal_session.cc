#include "retire/removal_session.h"

#include <chrono>
#include <thread>

#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

using Clock = std::chrono::steady_clock;

/// A server that restarts is back within it; one that takes longer costs another call.
constexpr std::chrono::seconds kReconnect{60};
constexpr std::chrono::milliseconds kPause{250};

/// Names of MariaDB's locks have 64 characters at most.
std::string lock_name(const std::string& manifest_sha256) {
  constexpr std::size_t kDigits = 48;
  return "sluice:" + manifest_sha256.substr(0, kDigits);
}

model::Error locked() {
  return {model::ErrorKind::locked, "another process retires with this manifest",
          "wait until it has ended; a lock goes with the session that holds it"};
}

}  // namespace

RemovalSession::RemovalSession(const model::Endpoint& source, const std::string& manifest_sha256)
    : source_(source), manifest_(manifest_sha256), lock_(lock_name(manifest_sha256)) {
  if (!open()) throw locked();
}

bool RemovalSession::open() {
  session_.reset();
  session_ = db::open_rows(source_, db::Purpose::removal);
  return session_->try_lock(lock_);
}

void RemovalSession::reconnect() {
  const auto end = Clock::now() + kReconnect;
  while (true) {
    try {
      if (open()) return;
      if (Clock::now() > end) throw locked();
    } catch (const model::Error& error) {
      if (error.retry() == model::Retry::never || Clock::now() > end) throw;
    }
    std::this_thread::sleep_for(kPause);
  }
}

}  // namespace sluice::retire
