#pragma once

#include <memory>
#include <string>

#include "sluice/db/removal.h"
#include "sluice/model/endpoint.h"

#include "retire/consumed.h"

namespace sluice::retire {

/// The session that deletes, and the lock of its manifest, which it holds itself: as long as the
/// server still works on what a dead or lost session has begun, nobody else can begin.
class RemovalSession {
 public:
  /// Throws Error{locked} where another process has the manifest.
  RemovalSession(const model::Endpoint& source, const std::string& manifest_sha256);

  [[nodiscard]] db::RowSession& rows() noexcept { return *session_; }
  [[nodiscard]] Consumed consumed() { return {*session_, manifest_}; }
  /// Another session in the place of a lost one, once the server has ended that one: what it has
  /// committed is then to be seen, and nothing of it comes any more. Throws the last failure where
  /// there is none within a minute.
  void reconnect();

 private:
  /// False where the lock is held.
  [[nodiscard]] bool open();

  model::Endpoint source_;
  std::string manifest_;
  std::string lock_;
  std::unique_ptr<db::RowSession> session_;
};

}  // namespace sluice::retire
