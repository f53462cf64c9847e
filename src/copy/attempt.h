#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::copy {

/// Runs statements that a server may refuse; those of a refused group leave nothing behind.
class Attempt {
 public:
  explicit Attempt(db::SqlSession& session) : session_(session) {}

  /// The server's words where it refuses one of them. What is not an answer to a statement is
  /// thrown.
  std::optional<std::string> run(const std::vector<std::string>& statements) {
    session_.query("SAVEPOINT sluice_trial");
    try {
      for (const std::string& sql : statements) session_.query(sql);
    } catch (const model::Error& error) {
      if (error.retry() != model::Retry::never || error.kind() == model::ErrorKind::interrupted) {
        throw;
      }
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
