#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/db/target.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// What a failed statement says about the data; throws the Error where it says nothing.
[[nodiscard]] Refusal refusal_or_throw(Connection& connection, const PGresult* result);

/// A running COPY ... FROM STDIN. Destroyed before finish(), it tells the server to forget the
/// rows.
class CopyIn {
 public:
  CopyIn(Connection& connection, const std::string& sql);
  CopyIn(const CopyIn&) = delete;
  CopyIn& operator=(const CopyIn&) = delete;
  ~CopyIn();

  /// Sends bytes of the COPY stream, cut anywhere. False where the server has already refused:
  /// finish() says why.
  [[nodiscard]] bool send(std::string_view bytes);
  /// Ends the COPY. Throws Error{data} where the server counts other than `rows` rows.
  [[nodiscard]] std::optional<Refusal> finish(std::size_t rows);

 private:
  Connection& connection_;
  bool running_ = false;
};

}  // namespace sluice::db::pg
