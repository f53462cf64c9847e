#include "db/pg/connection.h"

#include <array>
#include <cstring>

#include "sluice/model/error.h"

#include "db/pg/connect.h"
#include "db/pg/error.h"

namespace sluice::db::pg {
namespace {

using model::Error;
using model::ErrorKind;

void check_parameters(const std::vector<Parameter>& parameters) {
  for (const Parameter& parameter : parameters) {
    // libpq takes texts that end with NUL: the rest of the value would be lost without a word.
    if (parameter && parameter->find('\0') != std::string::npos) {
      throw Error(ErrorKind::data, "a statement parameter holds a NUL byte");
    }
  }
}

QueryResult take(const pqxx::result& result) {
  QueryResult taken;
  taken.affected = static_cast<std::uint64_t>(result.affected_rows());
  const auto columns = result.columns();
  for (pqxx::row_size_type c = 0; c < columns; ++c)
    taken.columns.emplace_back(result.column_name(c));
  taken.rows.reserve(static_cast<std::size_t>(result.size()));
  for (const auto& row : result) {
    auto& fields = taken.rows.emplace_back();
    fields.reserve(taken.columns.size());
    for (const auto& field : row) {
      fields.push_back(field.is_null() ? Parameter()
                                       : Parameter(std::string(field.c_str(), field.size())));
    }
  }
  return taken;
}

}  // namespace

Connection::Connection(const model::Endpoint& endpoint, Purpose purpose) {
  RawConnection opened = connect(endpoint);
  raw_ = opened.get();
  try {
    connection_ = adopt(opened.release());
    // libpqxx installs its own, which writes to stderr where nobody listens.
    PQsetNoticeProcessor(
        raw_, [](void*, const char*) {}, nullptr);
    cancel_.reset(PQgetCancel(raw_));
    statements_ = std::make_unique<pqxx::nontransaction>(*connection_);
  } catch (const std::exception&) {
    rethrow_as_error(nullptr);  // adopt() has closed it
  }
  set_up(purpose, endpoint.statement_seconds);
}

void Connection::set_up(Purpose purpose, std::uint32_t statement_seconds) {
  const char* encoding = PQparameterStatus(raw_, "server_encoding");
  server_.version = PQserverVersion(raw_);
  server_.sql_ascii = encoding != nullptr && std::strcmp(encoding, "SQL_ASCII") == 0;
  run(session_settings(purpose, server_, statement_seconds));
  const bool writes = purpose == Purpose::target || purpose == Purpose::removal;
  if (writes && server_.version >= 140000) {
    // The server then notices within a second that a client was killed, and frees its locks.
    // Servers on some systems cannot, and refuse the setting: nothing but time is lost.
    const Result ignored(PQexec(raw_, "SET client_connection_check_interval = '1s'"));
  }
}

QueryResult Connection::query(std::string_view sql, const std::vector<Parameter>& parameters) {
  check_parameters(parameters);
  try {
    return take(exec(*statements_, sql, parameters));
  } catch (const std::exception&) {
    rethrow_as_error(raw_);
  }
}

void Connection::run(const std::string& sql) {
  const Result result(PQexec(raw_, sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return;
  throw to_error(failure_of(raw_, result.get()));
}

std::string Connection::id() const { return std::to_string(PQbackendPID(raw_)); }

bool Connection::in_transaction() const noexcept {
  const PGTransactionStatusType status = PQtransactionStatus(raw_);
  return status == PQTRANS_INTRANS || status == PQTRANS_INERROR || status == PQTRANS_ACTIVE;
}

void Connection::begin() {
  if (in_transaction()) throw Error(ErrorKind::internal, "a transaction is already open");
  query("BEGIN", {});
}

/// Two cases in which the answer is known before asking. COMMIT of an aborted transaction is not
/// even an error to the server: it rolls back, and only the tag of its answer says so.
void Connection::check_commit() {
  const PGTransactionStatusType status = PQtransactionStatus(raw_);
  if (status == PQTRANS_INTRANS) return;
  if (status == PQTRANS_UNKNOWN) {
    throw Error(ErrorKind::connection, "postgresql: the connection was lost before COMMIT",
                model::Retry::new_session);
  }
  rollback();
  throw Error(ErrorKind::internal, status == PQTRANS_IDLE
                                       ? "there is no transaction to commit"
                                       : "COMMIT of a transaction that has failed");
}

void Connection::commit() {
  check_commit();
  try {
    query("COMMIT", {});
  } catch (const Error& error) {
    if (PQstatus(raw_) == CONNECTION_OK) throw;
    throw model::CommitInDoubt(std::string("the connection was lost during COMMIT: ") +
                               error.what());
  }
}

void Connection::rollback() noexcept {
  if (!in_transaction()) return;
  try {
    query("ROLLBACK", {});
  } catch (const std::exception&) {  // A lost connection has rolled back as well.
  }
}

void Connection::cancel() noexcept {
  std::array<char, 256> message{};
  // A cancel that cannot be delivered leaves the statement running: the caller waits, as it would
  // without.
  static_cast<void>(PQcancel(cancel_.get(), message.data(), static_cast<int>(message.size())));
}

}  // namespace sluice::db::pg
