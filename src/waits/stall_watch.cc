#include "sluice/waits/stall_watch.h"

#include <algorithm>
#include <condition_variable>
#include <mutex>
#include <utility>

#include "sluice/db/catalog.h"
#include "sluice/model/error.h"

namespace sluice::waits {
namespace {

using Clock = std::chrono::steady_clock;

/// How soon it is noticed that something moves again. Nobody else is asked for that.
constexpr std::chrono::milliseconds kInterval{500};

/// How old an answer of the servers may be; a question a second would still cost them nothing.
constexpr std::chrono::milliseconds kAnswerLasts{3000};

/// A server of a run that is under way answers such questions at once. One that does not tells by
/// its silence, and must not keep the process from ending for long.
constexpr std::uint32_t kStatementSeconds = 5;
constexpr const char* kConnectSeconds = "3";

/// Sessions of the workers on one side, as the server calls them.
std::vector<std::string> sessions_on(bool source, const std::vector<AtWait>& workers) {
  std::vector<std::string> ids;
  for (const AtWait& worker : workers) {
    const bool at_source =
        worker.wait == Wait::source_rows || worker.wait == Wait::source_statement;
    if (at_source == source && !worker.session.empty()) ids.push_back(worker.session);
  }
  return ids;
}

}  // namespace

StallWatch::StallWatch(Watched watched, TellStall tell)
    : watched_(std::move(watched)),
      tell_(std::move(tell)),
      patience_(watched_.after, Clock::now()),
      thread_([this](const std::stop_token& ending) { work(ending); }) {}

void StallWatch::work(const std::stop_token& ending) {
  std::mutex mutex;
  std::condition_variable_any wake;
  std::unique_lock lock(mutex);
  const auto interval = std::min(kInterval, watched_.after / 2);
  for (;;) {
    wake.wait_for(lock, ending, interval, [] { return false; });
    if (ending.stop_requested()) break;
    look();
  }
  // Work that has got on to its end since the last look; what was stopped has not.
  if (watched_.stop.stop_requested()) return;
  if (!patience_.ends(watched_.marks(), Clock::now())) tell(std::nullopt);
}

void StallWatch::look() {
  const Clock::time_point now = Clock::now();
  if (!patience_.ends(watched_.marks(), now)) return tell(std::nullopt);
  if (now - asked_ < std::min(kAnswerLasts, watched_.after / 2)) return;
  const Standstill standstill = ask();
  asked_ = Clock::now();
  // What moved meanwhile makes the answers those of another moment.
  const bool moves = !patience_.ends(watched_.marks(), asked_);
  tell(moves ? std::nullopt : judge(standstill));
}

void StallWatch::tell(const std::optional<Stall>& stall) {
  try {
    tell_(stall, [this]() -> db::SqlSession& { return session(false); });
  } catch (const model::Error&) {
    target_.reset();  // the next look tries again
  }
}

Standstill StallWatch::ask() {
  Standstill standstill;
  standstill.since = patience_.moved();
  standstill.workers = watched_.workers.now();
  standstill.source = ask_server(true, standstill.workers);
  standstill.target = ask_server(false, standstill.workers);
  if (!standstill.target.failure.empty()) return standstill;
  try {
    standstill.free_bytes = db::read_storage(session(false)).free_bytes;
  } catch (const model::Error&) {
    target_.reset();
  }
  return standstill;
}

Answer StallWatch::ask_server(bool source, const std::vector<AtWait>& workers) {
  Answer answer;
  const std::vector<std::string> ids = sessions_on(source, workers);
  if (ids.empty()) return answer;
  const Clock::time_point begun = Clock::now();
  try {
    answer.waits = db::read_waits(session(source), ids);
  } catch (const model::Error& error) {
    // Of a statement that took too long the error names a limit that people may have set.
    const bool too_long = Clock::now() - begun >= std::chrono::seconds(kStatementSeconds);
    answer.failure = too_long ? "it does not answer" : error.what();
    (source ? source_ : target_).reset();
  }
  return answer;
}

db::SqlSession& StallWatch::session(bool source) {
  std::unique_ptr<db::SqlSession>& open = source ? source_ : target_;
  if (!open) {
    model::Endpoint endpoint = source ? watched_.source : watched_.target;
    endpoint.statement_seconds = kStatementSeconds;
    endpoint.options["connect_timeout"] = kConnectSeconds;
    open = db::open_session(endpoint, source ? db::Purpose::catalog : db::Purpose::target);
  }
  return *open;
}

}  // namespace sluice::waits
