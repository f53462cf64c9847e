#include "db/pg/copy_in.h"

#include <algorithm>

#include "sluice/model/error.h"

#include "db/pg/error.h"

namespace sluice::db::pg {
namespace {

// libpq copies each piece into its own buffer before it sends it: small enough to stay in the
// cache, large enough that a batch takes few calls.
constexpr std::size_t kPieceBytes = std::size_t{256} << 10;

std::string diagnostic(const PGresult* result, int field) {
  const char* text = PQresultErrorField(result, field);
  return text == nullptr ? std::string() : text;
}

void drain(PGconn* connection) {
  while (const Result rest{PQgetResult(connection)}) {
  }
}

}  // namespace

Refusal refusal_or_throw(Connection& connection, const PGresult* result) {
  const Failure failure = failure_of(connection.raw(), result);
  const std::optional<Refusal::Kind> kind = refusal_kind(failure.sqlstate);
  if (!kind || failure.connection_lost) throw to_error(failure);
  return {*kind, failure.sqlstate, diagnostic(result, PG_DIAG_COLUMN_NAME),
          diagnostic(result, PG_DIAG_CONSTRAINT_NAME), failure.message};
}

CopyIn::CopyIn(Connection& connection, const std::string& sql) : connection_(connection) {
  const Result result(PQexec(connection_.raw(), sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COPY_IN)
    throw to_error(failure_of(connection_.raw(), result.get()));
  running_ = true;
}

CopyIn::~CopyIn() {
  if (!running_) return;
  static_cast<void>(PQputCopyEnd(connection_.raw(), "the rows were not complete"));
  drain(connection_.raw());
}

bool CopyIn::send(std::string_view bytes) {
  while (!bytes.empty()) {
    const std::string_view piece = bytes.substr(0, kPieceBytes);
    if (PQputCopyData(connection_.raw(), piece.data(), static_cast<int>(piece.size())) != 1)
      return false;
    bytes.remove_prefix(piece.size());
  }
  return true;
}

std::optional<Refusal> CopyIn::finish(std::size_t rows) {
  running_ = false;
  // Where the server has refused already, this fails or is ignored, and the result says what
  // happened.
  static_cast<void>(PQputCopyEnd(connection_.raw(), nullptr));
  const Result result(PQgetResult(connection_.raw()));
  const bool complete = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
  std::optional<Refusal> refusal;
  try {
    if (!complete) refusal = refusal_or_throw(connection_, result.get());
  } catch (const model::Error&) {
    drain(connection_.raw());
    throw;
  }
  drain(connection_.raw());
  if (complete && std::to_string(rows) != PQcmdTuples(result.get())) {
    throw model::Error(model::ErrorKind::data, "COPY was given " + std::to_string(rows) +
                                                   " rows, the server counted " +
                                                   PQcmdTuples(result.get()));
  }
  return refusal;
}

}  // namespace sluice::db::pg
