#pragma once

#include <memory>
#include <string>
#include <thread>

#include "sluice/copy/run.h"
#include "sluice/copy/stall.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// While it lives: finds out why nothing moves, and says so in run.progress.stall(), in the ledger
/// (process.waiting_for) and, where it lasts, in an event. Asks the servers only while nothing
/// moves, on sessions and a thread of its own, so that a server that does not answer keeps nobody
/// else.
class StallWatch {
 public:
  explicit StallWatch(const RunContext& run);

 private:
  void work(const std::stop_token& ending);
  void look();
  void tell(const std::optional<Stall>& stall);
  void record(const std::optional<Stall>& stall);
  [[nodiscard]] Standstill ask();
  [[nodiscard]] Answer ask_server(bool source, const std::vector<AtWait>& workers);
  [[nodiscard]] db::SqlSession& session(bool source);

  const RunContext& run_;
  Patience patience_;
  Patience::Clock::time_point asked_;       // the servers, for the last time
  std::unique_ptr<db::SqlSession> source_;  // once it was needed
  std::unique_ptr<db::SqlSession> target_;
  std::string recorded_;    // the text that stands in the ledger
  bool has_event_ = false;  // of the stall of now
  std::jthread thread_;     // last: ends before what it uses
};

}  // namespace sluice::copy
