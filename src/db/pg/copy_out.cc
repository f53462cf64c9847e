#include "db/pg/copy_out.h"

#include <cstring>
#include <string_view>

#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"

#include "db/pg/error.h"

namespace sluice::db::pg {

CopyOut::CopyOut(Connection& connection, const std::string& select) : connection_(connection) {
  const std::string sql = "COPY (" + select + ") TO STDOUT (FORMAT binary)";
  const Result result(PQexec(connection_.raw(), sql.c_str()));
  if (PQresultStatus(result.get()) != PGRES_COPY_OUT) {
    throw to_error(failure_of(connection_.raw(), result.get()));
  }
  running_ = true;
}

CopyOut::~CopyOut() {
  if (!running_) return;
  // Reading the rest would take as long as the table is large.
  connection_.cancel();
  while (receive()) {
  }
  while (const Result rest{PQgetResult(connection_.raw())}) {
  }
}

/// One message: the protocol promises one for each row, with the header before the first and the
/// trailer at the end.
bool CopyOut::receive() {
  char* message = nullptr;
  const int size = PQgetCopyData(connection_.raw(), &message, 0);
  message_.reset(message);
  if (size < 0) return false;
  data_ = message;
  size_ = static_cast<std::size_t>(size);
  return true;
}

void CopyOut::skip_header() {
  const std::string_view message(data_, size_);
  constexpr std::size_t kBytes = codec::kCopyHeader.size();
  if (message.substr(0, kBytes) != codec::kCopyHeader) {
    throw model::Error(model::ErrorKind::data,
                       "the server's binary COPY does not start with the known header");
  }
  data_ += kBytes;
  size_ -= kBytes;
  header_read_ = true;
}

bool CopyOut::next() {
  if (!running_) return false;
  if (!receive()) {
    finish();
    return false;
  }
  if (!header_read_) {
    skip_header();
    if (size_ == 0) return next();
  }
  // A tuple has at least its field count and one length.
  if (std::string_view(data_, size_) == codec::kCopyTrailer) return next();
  ++rows_;
  return true;
}

void CopyOut::finish() {
  const Result result(PQgetResult(connection_.raw()));
  running_ = false;
  const bool complete = PQresultStatus(result.get()) == PGRES_COMMAND_OK;
  const Failure failure = complete ? Failure() : failure_of(connection_.raw(), result.get());
  while (const Result rest{PQgetResult(connection_.raw())}) {
  }
  if (!complete) throw FailedStatement(to_error(failure), failure.sqlstate);
  if (std::to_string(rows_) != PQcmdTuples(result.get())) {
    throw model::Error(model::ErrorKind::data, "COPY sent " + std::to_string(rows_) +
                                                   " rows, the server counted " +
                                                   PQcmdTuples(result.get()));
  }
}

}  // namespace sluice::db::pg
