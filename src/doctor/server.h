#pragma once

#include <cstdint>
#include <functional>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "sluice/db/health.h"
#include "sluice/db/sql_session.h"
#include "sluice/doctor/doctor.h"
#include "sluice/model/endpoint.h"
#include "sluice/model/schema.h"

namespace sluice::doctor {

/// Seconds since 1970: the server's, and this machine's before and after it was asked.
[[nodiscard]] Check check_clock(std::int64_t server, std::int64_t before, std::int64_t after);

/// One side while it is examined: what it answers, and what came of each check.
class ServerVisit {
 public:
  /// Connects. Where that fails there is one check, `<side>-connection`, which could not be made.
  explicit ServerVisit(const model::Endpoint& endpoint);

  [[nodiscard]] bool is_open() const noexcept { return session_ != nullptr; }
  [[nodiscard]] db::SqlSession& session() noexcept { return *session_; }
  [[nodiscard]] const db::Health& health() const noexcept { return health_; }
  [[nodiscard]] std::uint64_t number(const std::string& setting) const;

  /// Runs one check under its name, `<side>-<name>`; an error of the server makes it unknown.
  void check(const std::string& name, const std::function<Check()>& ask);
  [[nodiscard]] std::vector<Check> take() { return std::move(checks_); }

 private:
  void add(const std::string& name, Check check);

  model::Endpoint endpoint_;
  std::unique_ptr<db::SqlSession> session_;
  db::Health health_;
  std::vector<Check> checks_;
};

}  // namespace sluice::doctor
