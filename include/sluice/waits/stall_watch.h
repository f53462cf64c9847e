#pragma once

#include <chrono>
#include <functional>
#include <memory>
#include <optional>
#include <stop_token>
#include <thread>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/endpoint.h"
#include "sluice/waits/stall.h"
#include "sluice/waits/workers.h"

namespace sluice::waits {

/// Work that may stand still. What it refers to outlives the watch.
struct Watched {
  model::Endpoint source;  // not asked where no worker waits for it
  model::Endpoint target;
  const Workers& workers;
  std::function<Marks()> marks;     // safe from another thread
  std::chrono::milliseconds after;  // that nothing moves
  std::stop_token stop;             // after it, nothing moves on purpose
};

/// The watch's own session on the target, opened where it is needed. Throws Error.
using TargetOfWatch = std::function<db::SqlSession&()>;
/// Hears at every look, and once at the end, why nothing moves; absent where something does. Called
/// from the watch's thread. An Error that it throws costs the watch its session on the target.
using TellStall = std::function<void(const std::optional<Stall>&, const TargetOfWatch&)>;

/// While it lives: finds out why nothing moves. Asks the servers only while nothing moves, on
/// sessions and a thread of its own, so that a server that does not answer keeps nobody else.
class StallWatch {
 public:
  StallWatch(Watched watched, TellStall tell);

 private:
  void work(const std::stop_token& ending);
  void look();
  void tell(const std::optional<Stall>& stall);
  [[nodiscard]] Standstill ask();
  [[nodiscard]] Answer ask_server(bool source, const std::vector<AtWait>& workers);
  [[nodiscard]] db::SqlSession& session(bool source);

  const Watched watched_;
  const TellStall tell_;
  Patience patience_;
  Patience::Clock::time_point asked_;       // the servers, for the last time
  std::unique_ptr<db::SqlSession> source_;  // once it was needed
  std::unique_ptr<db::SqlSession> target_;
  std::jthread thread_;  // last: ends before what it uses
};

}  // namespace sluice::waits
