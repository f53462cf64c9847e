#include "support/sql.h"

#include <stdexcept>
#include <utility>

#include <libpq-fe.h>
#include <mysql.h>

namespace sluice::test {
namespace {

struct ClearResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};

Rows rows_of(const PGresult* result) {
  Rows rows;
  for (int i = 0; i < PQntuples(result); ++i) {
    Row row;
    for (int j = 0; j < PQnfields(result); ++j) {
      if (PQgetisnull(result, i, j) != 0) {
        row.emplace_back();
      } else {
        row.emplace_back(std::string(PQgetvalue(result, i, j),
                                     static_cast<std::size_t>(PQgetlength(result, i, j))));
      }
    }
    rows.push_back(std::move(row));
  }
  return rows;
}

}  // namespace

void PgSql::Close::operator()(pg_conn* connection) const noexcept { PQfinish(connection); }

PgSql::PgSql(const std::string& conninfo) : connection_(PQconnectdb(conninfo.c_str())) {
  if (PQstatus(connection_.get()) != CONNECTION_OK) {
    throw std::runtime_error(PQerrorMessage(connection_.get()));
  }
  // Notices (such as those of DROP ... IF EXISTS) are not what a test wants to read.
  PQsetNoticeProcessor(
      connection_.get(), [](void*, const char*) {}, nullptr);
}

Rows PgSql::query(const std::string& sql) {
  const std::unique_ptr<PGresult, ClearResult> result(PQexec(connection_.get(), sql.c_str()));
  const ExecStatusType status = PQresultStatus(result.get());
  if (status != PGRES_TUPLES_OK && status != PGRES_COMMAND_OK && status != PGRES_EMPTY_QUERY) {
    throw std::runtime_error(std::string(PQerrorMessage(connection_.get())) +
                             " in: " + sql.substr(0, 300));
  }
  return rows_of(result.get());
}

void MysqlSql::Close::operator()(st_mysql* connection) const noexcept { mysql_close(connection); }

MysqlSql::MysqlSql(const std::string& option_file, const std::string& database)
    : connection_(mysql_init(nullptr)) {
  MYSQL* mysql = connection_.get();
  mysql_options(mysql, MYSQL_READ_DEFAULT_FILE, option_file.c_str());
  mysql_options(mysql, MYSQL_READ_DEFAULT_GROUP, "client");
  mysql_options(mysql, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  if (mysql_real_connect(mysql, nullptr, nullptr, nullptr,
                         database.empty() ? nullptr : database.c_str(), 0, nullptr,
                         CLIENT_MULTI_STATEMENTS) == nullptr) {
    fail("connect");
  }
}

void MysqlSql::fail(const std::string& what) {
  throw std::runtime_error(std::string(mysql_error(connection_.get())) +
                           " in: " + what.substr(0, 300));
}

Rows MysqlSql::take_result() {
  Rows rows;
  MYSQL_RES* result = mysql_store_result(connection_.get());
  if (result == nullptr) return rows;
  const unsigned fields = mysql_num_fields(result);
  while (MYSQL_ROW values = mysql_fetch_row(result)) {
    const unsigned long* lengths = mysql_fetch_lengths(result);
    Row row;
    for (unsigned i = 0; i < fields; ++i) {
      if (values[i] == nullptr) {
        row.emplace_back();
      } else {
        row.emplace_back(std::string(values[i], lengths[i]));
      }
    }
    rows.push_back(std::move(row));
  }
  mysql_free_result(result);
  return rows;
}

Rows MysqlSql::query(const std::string& sql) {
  MYSQL* mysql = connection_.get();
  if (mysql_real_query(mysql, sql.data(), static_cast<unsigned long>(sql.size())) != 0) fail(sql);
  Rows rows;
  int more = 0;
  do {
    rows = take_result();
    if (mysql_errno(mysql) != 0) fail(sql);
    more = mysql_next_result(mysql);
  } while (more == 0);
  if (more > 0) fail(sql);
  return rows;
}

std::string single_value(const Rows& rows) {
  if (rows.size() != 1 || rows[0].size() != 1) {
    throw std::runtime_error("expected one value, got:\n" + to_text(rows));
  }
  return rows[0][0].value_or("NULL");
}

std::string to_text(const Rows& rows) {
  std::string text;
  for (const Row& row : rows) {
    for (std::size_t i = 0; i < row.size(); ++i) {
      text += (i == 0 ? "" : " | ") + row[i].value_or("NULL");
    }
    text += '\n';
  }
  return text;
}

}  // namespace sluice::test
