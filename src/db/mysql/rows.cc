// Rows by their keys: found, and deleted.

#include <algorithm>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/os/test_setting.h"

#include "db/mysql/connection.h"
#include "db/mysql/dialect.h"
#include "db/mysql/errors.h"
#include "db/mysql/insert_sql.h"
#include "db/mysql/key_sql.h"
#include "db/mysql/literals.h"
#include "db/mysql/mysql.h"
#include "db/mysql/row_reader.h"

namespace sluice::db::mysql {
namespace {

/// Whether rows of another table refer to what was to be deleted (1451, 1217 in older ones).
bool is_referenced(unsigned code) noexcept { return code == 1451 || code == 1217; }

std::string joined(const std::vector<std::string>& expressions) {
  return fmt::format("{}", fmt::join(expressions, ", "));
}

std::string from_where(const TableRead& table, std::span<const model::Key> keys) {
  return " FROM " + model::quote_name(model::Engine::mysql, table.table) + " WHERE " +
         key_list_condition(table, keys);
}

std::string select_sql(const TableRead& table, std::span<const model::Key> keys,
                       const std::vector<std::string>& expressions) {
  return "SELECT " + joined(expressions) + from_where(table, keys);
}

std::string returning_sql(const TableRead& table, std::span<const model::Key> keys,
                          const std::vector<std::string>& expressions) {
  return "DELETE" + from_where(table, keys) + " RETURNING " + joined(expressions);
}

/// What the SQL of a C client's connection is to others.
class MysqlRowSession final : public RowSession {
 public:
  explicit MysqlRowSession(const ConnectSettings& settings) : connection_(settings) {
    const std::string format = connection_.query("SELECT @@binlog_format").value();
    for (const std::string& statement : removal_statements(format == "STATEMENT")) {
      connection_.query(statement);
    }
    // A client whose machine dies says nothing: without this its rows stay locked until the server
    // misses it, for hours. MySQL has no such setting.
    if (connection_.engine() == model::Engine::mariadb) {
      connection_.query("SET SESSION idle_transaction_timeout = 60");
    }
    returning_ =
        has_delete_returning(connection_.engine()) && !os::test_switch("SLUICE_DELETE_BY_LOCK");
  }

  [[nodiscard]] model::Engine engine() const noexcept override { return connection_.engine(); }
  [[nodiscard]] std::string id() const override { return connection_.id(); }
  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters) override {
    return connection_.query(parameters.empty() ? std::string(sql)
                                                : bind_literals(sql, parameters));
  }
  void begin() override { connection_.query("START TRANSACTION"); }
  void commit() override {
    try {
      connection_.query("COMMIT");
    } catch (const model::Error& error) {
      if (is_connection_lost(error)) throw model::CommitInDoubt(error.what());
      throw;
    }
  }
  void rollback() noexcept override {
    try {
      connection_.query("ROLLBACK");
    } catch (const std::exception&) {
      // The server rolls back what its lost connection left open.
    }
  }
  void cancel() noexcept override { connection_.cancel(); }

  void find(const TableRead& table, std::span<const model::Key> keys, SourceBatch& out) override {
    for_each_part(keys, [&](std::span<const model::Key> part) { select(table, part, "", out); });
  }

  [[nodiscard]] std::optional<Refusal> remove(const TableRead& table,
                                              std::span<const model::Key> keys,
                                              SourceBatch& out) override {
    try {
      for_each_part(keys, [&](std::span<const model::Key> part) {
        returning_ ? remove_returning(table, part, out) : remove_locked(table, part, out);
      });
    } catch (const FailedStatement& error) {
      if (!is_referenced(error.code())) throw;
      return Refusal{Refusal::Kind::foreign_key, "23000", "", "", error.what()};
    }
    return std::nullopt;
  }

  [[nodiscard]] std::optional<Refusal> insert(const TableRead& table,
                                              const codec::RowBuffer& rows) override {
    // Days that do not exist were there before, and so was index 0 of an enum, which no strict mode
    // takes.
    connection_.query(
        "SET SESSION sql_mode = "
        "'NO_AUTO_VALUE_ON_ZERO,NO_ENGINE_SUBSTITUTION,ALLOW_INVALID_DATES'");
    try {
      for (const std::string& statement : insert_statements(table, rows)) {
        require_room(table, statement.size());
        connection_.query(statement);
      }
    } catch (const FailedStatement& error) {
      if (error.kind() != model::ErrorKind::data) throw;
      return Refusal{Refusal::Kind::value, "", "", "", error.what()};
    }
    return std::nullopt;
  }

  [[nodiscard]] bool try_lock(const std::string& name) override {
    return query("SELECT GET_LOCK(?, 0)", {name}).value() == "1";
  }

 private:
  /// A server that is sent more than it takes says nothing and ends the session.
  void require_room(const TableRead& table, std::size_t bytes) {
    if (packet_ == 0)
      packet_ = std::stoull(connection_.query("SELECT @@max_allowed_packet").value());
    // The command's own byte goes with it.
    if (bytes < packet_) return;
    throw model::Error(model::ErrorKind::config,
                       fmt::format("a row of {} takes a statement of {} bytes; the server's "
                                   "max_allowed_packet is {}",
                                   table.table.text(), bytes, packet_),
                       "SET GLOBAL max_allowed_packet to more than that until the rows are back");
  }

  template <typename Call>
  static void for_each_part(std::span<const model::Key> keys, Call call) {
    while (!keys.empty()) {
      const std::size_t count = std::min(keys.size(), kKeysAtOnce);
      call(keys.first(count));
      keys = keys.subspan(count);
    }
  }

  void read(const TableRead& table, const RowReader::Statement& statement, std::string_view doing,
            SourceBatch& out) {
    RowReader reader(connection_, table, statement, doing);
    while (reader.next(out.rows, out.irregular)) {
    }
  }

  void select(const TableRead& table, std::span<const model::Key> keys, const char* locked,
              SourceBatch& out) {
    read(
        table,
        [&](const std::vector<std::string>& expressions) {
          return select_sql(table, keys, expressions) + locked;
        },
        "reading", out);
  }

  void remove_returning(const TableRead& table, std::span<const model::Key> keys,
                        SourceBatch& out) {
    read(
        table,
        [&](const std::vector<std::string>& expressions) {
          return returning_sql(table, keys, expressions);
        },
        "deleting from", out);
  }

  /// The rows are locked as they are read, so that those that go are those that were seen.
  void remove_locked(const TableRead& table, std::span<const model::Key> keys, SourceBatch& out) {
    const std::size_t before = out.rows.rows();
    select(table, keys, " FOR UPDATE", out);
    const QueryResult deleted = connection_.query("DELETE" + from_where(table, keys));
    const std::size_t locked = out.rows.rows() - before;
    if (deleted.affected == locked) return;
    throw model::Error(model::ErrorKind::data,
                       fmt::format("{} rows of {} were locked, and {} would have been deleted",
                                   locked, table.table.text(), deleted.affected),
                       "nothing of this batch was deleted");
  }

  Connection connection_;
  bool returning_ = false;
  std::uint64_t packet_ = 0;  // once it is asked for
};

}  // namespace

std::unique_ptr<RowSession> open_rows(const model::Endpoint& endpoint, Purpose purpose) {
  if (purpose != Purpose::removal) {
    throw model::Error(
        model::ErrorKind::internal,
        "rows of a MySQL or MariaDB server are found by their keys for removal only");
  }
  return std::make_unique<MysqlRowSession>(resolve_settings(endpoint));
}

std::string removal_sql(model::Engine engine, const TableRead& table,
                        std::span<const model::Key> keys) {
  const std::vector<std::string> expressions = expressions_of(table);
  if (has_delete_returning(engine)) return returning_sql(table, keys, expressions);
  return select_sql(table, keys, expressions) + " FOR UPDATE;\nDELETE" + from_where(table, keys);
}

}  // namespace sluice::db::mysql
