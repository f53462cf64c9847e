#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

struct pg_conn;
struct st_mysql;

namespace sluice::test {

/// Values as each server writes them as text; nullopt is NULL.
using Row = std::vector<std::optional<std::string>>;
using Rows = std::vector<Row>;

/// A plain libpq session. Independent of sluice's own database layer, so that a test does not ask
/// the code it tests.
class PgSql {
 public:
  explicit PgSql(const std::string& conninfo);
  /// One statement or several; the rows of the last. Throws std::runtime_error with the server's
  /// message.
  Rows query(const std::string& sql);

 private:
  struct Close {
    void operator()(pg_conn* connection) const noexcept;
  };
  std::unique_ptr<pg_conn, Close> connection_;
};

/// The same with the MySQL C client, utf8mb4, group [client] of an option file.
class MysqlSql {
 public:
  MysqlSql(const std::string& option_file, const std::string& database);
  Rows query(const std::string& sql);

 private:
  struct Close {
    void operator()(st_mysql* connection) const noexcept;
  };
  [[noreturn]] void fail(const std::string& what);
  Rows take_result();

  std::unique_ptr<st_mysql, Close> connection_;
};

/// The only value of the only row, "NULL" for NULL. Throws std::runtime_error where there is not
/// exactly one.
[[nodiscard]] std::string single_value(const Rows& rows);

/// One line a row, fields separated by " | ", NULL as "NULL": for messages and for comparing small
/// results.
[[nodiscard]] std::string to_text(const Rows& rows);

}  // namespace sluice::test
