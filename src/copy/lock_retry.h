#pragma once

#include <stop_token>

#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::copy {

/// Does a transaction, and again where it met a deadlock or a lock that somebody else held for long
/// (the session's lock timeout): five times in all, since whoever holds one for minutes has to be
/// asked by a person. A stop request is not waited out.
template <typename Transaction>
auto retried(db::SqlSession& session, const std::stop_token& stop, const Transaction& transaction) {
  constexpr int kAttempts = 5;
  for (int attempt = 1;; ++attempt) {
    try {
      return transaction();
    } catch (const model::Error& error) {
      if (error.retry() != model::Retry::same_session || attempt == kAttempts ||
          stop.stop_requested()) {
        throw;
      }
      session.rollback();
    }
  }
}

}  // namespace sluice::copy
