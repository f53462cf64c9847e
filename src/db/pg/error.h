#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/db/target.h"
#include "sluice/model/error.h"

struct pg_conn;
struct pg_result;

namespace sluice::db::pg {

/// What the server or libpq said about a failure. `sqlstate` is empty where the connection failed
/// without words.
struct Failure {
  std::string sqlstate;
  std::string message;  // for people; never decided by
  bool connection_lost = false;
};

/// An Error that keeps the state that it follows from, for those who can act on it. It goes as a
/// plain Error beyond this folder.
class FailedStatement : public model::Error {
 public:
  FailedStatement(const model::Error& error, std::string sqlstate)
      : Error(error), sqlstate_(std::move(sqlstate)) {}
  [[nodiscard]] const std::string& sqlstate() const noexcept { return sqlstate_; }

 private:
  std::string sqlstate_;
};

/// The error to throw: kind, retry and hint follow from the SQLSTATE alone.
[[nodiscard]] model::Error to_error(const Failure& failure);

/// What a result (may be null) and its connection say.
[[nodiscard]] Failure failure_of(pg_conn* connection, const pg_result* result);

/// The refusal that a failed write stands for; nothing where the data are not at fault.
[[nodiscard]] std::optional<Refusal::Kind> refusal_kind(std::string_view sqlstate) noexcept;

/// Turns the libpqxx exception being handled into Error and throws it; lets Error pass. Call only
/// inside a catch block.
[[noreturn]] void rethrow_as_error(pg_conn* connection);

}  // namespace sluice::db::pg
