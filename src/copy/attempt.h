#pragma once

#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::copy {

/// Whether the server has answered that it does not take what was said. A full disk, a lost
/// connection or a mistake of ours is no answer.
[[nodiscard]] inline bool is_refusal(const model::Error& error) noexcept {
  if (error.retry() != model::Retry::never) return false;
  switch (error.kind()) {
    case model::ErrorKind::data:
    case model::ErrorKind::config:
    case model::ErrorKind::drift:
      return true;
    default:
      return false;
  }
}

/// Runs statements that a server may refuse; those of a refused group leave nothing behind.
class Attempt {
 public:
  explicit Attempt(db::SqlSession& session) : session_(session) {}

  /// The server's words where it refuses one of them. What is not an answer to a statement is
  /// thrown.
  std::optional<std::string> run(const std::vector<std::string>& statements) {
    return run([&] {
      for (const std::string& sql : statements) session_.query(sql);
    });
  }

  /// The same of whatever `work` does in this session.
  std::optional<std::string> run(const std::function<void()>& work) {
    session_.query("SAVEPOINT sluice_trial");
    try {
      work();
    } catch (const model::Error& error) {
      if (!is_refusal(error)) throw;
      session_.query("ROLLBACK TO SAVEPOINT sluice_trial");
      return error.what();
    }
    session_.query("RELEASE SAVEPOINT sluice_trial");
    return std::nullopt;
  }

 private:
  db::SqlSession& session_;
};

}  // namespace sluice::copy
