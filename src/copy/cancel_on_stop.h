#pragma once

#include <functional>
#include <stop_token>

#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// While it lives, a stop request ends the session's running statement: index builds and the like
/// take longer than a person who pressed Ctrl-C waits.
class CancelOnStop {
 public:
  CancelOnStop(const std::stop_token& stop, db::SqlSession& session)
      : callback_(stop, [&session] { session.cancel(); }) {}

 private:
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace sluice::copy
