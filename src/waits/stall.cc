#include "sluice/waits/stall.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

namespace sluice::waits {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

/// A server that has less can hardly write its log any more.
constexpr std::uint64_t kLittleRoom = 64 * kMebibyte;

bool at_source(Wait wait) noexcept {
  return wait == Wait::source_rows || wait == Wait::source_statement;
}

bool at_target(Wait wait) noexcept {
  return wait == Wait::target_read || wait == Wait::target_rows || wait == Wait::target_ledger ||
         wait == Wait::target_commit || wait == Wait::target_statement;
}

/// A statement that takes as long as it takes; whether it stands still, only the server can tell.
bool is_long(Wait wait) noexcept {
  return wait == Wait::source_statement || wait == Wait::target_statement;
}

const char* side_of(Wait wait) noexcept { return at_source(wait) ? "source" : "target"; }

/// "reading crm.contacts".
std::string doing(const AtWait& worker) {
  switch (worker.wait) {
    case Wait::source_rows:
    case Wait::target_read:
      return "reading " + worker.what;
    case Wait::target_rows:
      return "writing " + worker.what;
    case Wait::target_ledger:
      return "the ledger, " + worker.what;
    case Wait::target_commit:
      return "COMMIT of rows of " + worker.what;
    default:
      return worker.what;
  }
}

std::string holder_text(const db::LockHolder& holder) {
  if (holder.id == "0") return "a " + holder.state;
  std::string text = "session " + holder.id;
  std::vector<std::string> parts;
  if (!holder.user.empty()) parts.push_back("user " + holder.user);
  if (!holder.application.empty()) parts.push_back(holder.application);
  if (!holder.state.empty()) {
    parts.push_back(holder.state + (holder.since.empty() ? "" : " since " + holder.since));
  }
  if (!holder.statement.empty()) parts.push_back("newest statement: " + holder.statement);
  return parts.empty() ? text : fmt::format("{} ({})", text, fmt::join(parts, ", "));
}

/// One look at a standstill.
class Judge {
 public:
  explicit Judge(const Standstill& standstill) : all_(standstill) {}

  [[nodiscard]] std::optional<Stall> judge() const {
    if (auto stall = lock()) return stall;
    if (auto stall = disk()) return stall;
    if (auto stall = server()) return stall;
    return within();
  }

 private:
  [[nodiscard]] Stall made(Stall::Kind kind, std::string text) const {
    return {kind, std::move(text), all_.since};
  }
  [[nodiscard]] const Answer& answer_to(Wait wait) const {
    return at_source(wait) ? all_.source : all_.target;
  }
  /// What the server says of the session that the worker waits on.
  [[nodiscard]] const db::SessionWait* session_of(const AtWait& worker) const {
    if (!at_source(worker.wait) && !at_target(worker.wait)) return nullptr;
    for (const db::SessionWait& session : answer_to(worker.wait).waits.sessions) {
      if (session.id == worker.session) return &session;
    }
    return nullptr;
  }
  /// Sessions of this process may hold what another of them waits for: then it matters what the
  /// holder waits for.
  [[nodiscard]] bool is_ours(const db::LockHolder& holder, const char* side) const {
    return std::ranges::any_of(all_.workers, [&](const AtWait& worker) {
      return worker.session == holder.id && std::string_view(side_of(worker.wait)) == side;
    });
  }
  [[nodiscard]] std::vector<db::LockHolder> others_of(const db::SessionWait& session,
                                                      const char* side) const {
    std::vector<db::LockHolder> others;
    for (const db::LockHolder& holder : session.holders) {
      if (!is_ours(holder, side)) others.push_back(holder);
    }
    return others;
  }

  /// The worker that has waited the longest, of those that `fits` takes.
  template <typename Fits>
  [[nodiscard]] const AtWait* longest(Fits fits) const {
    const AtWait* found = nullptr;
    for (const AtWait& worker : all_.workers) {
      if (fits(worker) && (found == nullptr || worker.since < found->since)) found = &worker;
    }
    return found;
  }

  [[nodiscard]] bool is_locked_out(const AtWait& worker) const {
    const db::SessionWait* session = session_of(worker);
    if (session == nullptr || !session->lock) return false;
    return session->holders.empty() || !others_of(*session, side_of(worker.wait)).empty();
  }

  [[nodiscard]] std::optional<Stall> lock() const {
    const AtWait* worker = longest([this](const AtWait& at) { return is_locked_out(at); });
    if (worker == nullptr) return std::nullopt;
    const db::SessionWait& session = *session_of(*worker);
    const char* side = side_of(worker->wait);
    std::string text =
        fmt::format("waits for the {}: a lock {}", side,
                    session.object.empty() ? "for " + doing(*worker) : "on " + session.object);
    const std::vector<db::LockHolder> others = others_of(session, side);
    const std::string& unseen = answer_to(worker->wait).waits.unseen;
    if (!others.empty()) {
      text += ", held by " + holder_text(others.front());
      if (others.size() > 1) text += fmt::format(" and {} more", others.size() - 1);
    } else if (!unseen.empty()) {
      text += fmt::format(" ({}); {}", session.event, unseen);
    }
    return made(Stall::Kind::lock, std::move(text));
  }

  [[nodiscard]] std::optional<Stall> disk() const {
    const bool waits = std::ranges::any_of(all_.workers, at_target, &AtWait::wait);
    if (!waits || !all_.free_bytes || *all_.free_bytes >= kLittleRoom) return std::nullopt;
    return made(Stall::Kind::disk, fmt::format("waits for the target: its disk has {} MiB free",
                                               *all_.free_bytes / kMebibyte));
  }

  /// The server's own word about the worker's session.
  [[nodiscard]] std::string server_says(const AtWait& worker) const {
    const Answer& answer = answer_to(worker.wait);
    if (!answer.failure.empty()) return "the server cannot be asked: " + answer.failure;
    const db::SessionWait* session = session_of(worker);
    if (session == nullptr) return "the server does not show this session";
    return session->event.empty() ? "the server is at work on it" : "the server: " + session->event;
  }

  [[nodiscard]] std::optional<Stall> server() const {
    const AtWait* worker = longest([this](const AtWait& at) {
      if (!at_source(at.wait) && !at_target(at.wait)) return false;
      return !is_long(at.wait) || !answer_to(at.wait).failure.empty();
    });
    if (worker == nullptr) return std::nullopt;
    return made(at_source(worker->wait) ? Stall::Kind::source : Stall::Kind::target,
                fmt::format("waits for the {}: {} ({})", side_of(worker->wait), doing(*worker),
                            server_says(*worker)));
  }

  /// Neither server is waited for.
  [[nodiscard]] std::optional<Stall> within() const {
    const auto any = [this](Wait wait) {
      return std::ranges::any_of(all_.workers,
                                 [wait](const AtWait& at) { return at.wait == wait; });
    };
    if (any(Wait::slot) || any(Wait::turn)) {
      return made(Stall::Kind::self,
                  "waits for neither server: this process is at work on the rows itself");
    }
    if (!any(Wait::others)) return std::nullopt;
    return made(Stall::Kind::others, "waits for other processes of the run to finish their ranges");
  }

  const Standstill& all_;
};

}  // namespace

std::optional<Stall> judge(const Standstill& standstill) { return Judge(standstill).judge(); }

}  // namespace sluice::waits
