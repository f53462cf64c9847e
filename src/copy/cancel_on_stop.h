#pragma once

#include <functional>
#include <stop_token>

namespace sluice::copy {

/// While it lives, a stop request ends the session's running statement: index builds, sorts and
/// waits for locks take longer than a person who pressed Ctrl-C waits. What the statement then
/// throws is for the caller to drop.
class CancelOnStop {
 public:
  template <typename Session>
  CancelOnStop(const std::stop_token& stop, Session& session)
      : callback_(stop, [&session] { session.cancel(); }) {}

 private:
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace sluice::copy
