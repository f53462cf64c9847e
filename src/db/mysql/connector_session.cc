#include "db/mysql/connector_session.h"

#include <utility>

#include <cppconn/connection.h>
#include <cppconn/driver.h>
#include <cppconn/exception.h>
#include <cppconn/resultset.h>
#include <cppconn/resultset_metadata.h>
#include <cppconn/statement.h>

#include "db/mysql/connection.h"
#include "db/mysql/dialect.h"
#include "db/mysql/errors.h"
#include "db/mysql/literals.h"

namespace sluice::db::mysql {
namespace {

model::Error to_error(const sql::SQLException& error, std::string_view doing) {
  return make_error(static_cast<unsigned>(error.getErrorCode()), error.what(), doing);
}

sql::SQLString to_sql_string(std::string_view text) { return {text.data(), text.size()}; }

void set_text(sql::ConnectOptionsMap& options, const char* name, const std::string& value) {
  if (!value.empty()) options[name] = to_sql_string(value);
}

std::string connector_url(const ConnectSettings& settings) {
  if (!settings.socket.empty()) return "unix://" + settings.socket;
  const bool ipv6 = settings.host.find(':') != std::string::npos;
  const std::string host = ipv6 ? "[" + settings.host + "]" : settings.host;
  return "tcp://" + host + ":" + std::to_string(settings.port);
}

sql::ConnectOptionsMap connector_options(const ConnectSettings& settings) {
  sql::ConnectOptionsMap options;
  set_text(options, "hostName", connector_url(settings));
  set_text(options, "userName", settings.user);
  set_text(options, "schema", settings.database);
  set_text(options, "readDefaultFile", settings.defaults_file);
  set_text(options, "readDefaultGroup", settings.group);
  set_text(options, "sslCA", settings.ssl_ca);
  set_text(options, "sslCAPath", settings.ssl_capath);
  set_text(options, "sslCert", settings.ssl_cert);
  set_text(options, "sslKey", settings.ssl_key);
  set_text(options, "OPT_CHARSET_NAME", "utf8mb4");
  options["OPT_CONNECT_TIMEOUT"] = static_cast<int>(settings.connect_timeout);
  const bool verify = settings.tls == TlsMode::verify_identity;
  options["sslVerify"] = verify;
  if (settings.tls != TlsMode::preferred) {
    options["sslEnforce"] = verify || settings.tls == TlsMode::required;
  }
  return options;
}

std::unique_ptr<sql::Connection> connect(const ConnectSettings& settings) {
  attach_thread();
  try {
    sql::ConnectOptionsMap options = connector_options(settings);
    return std::unique_ptr<sql::Connection>(get_driver_instance()->connect(options));
  } catch (const sql::SQLException& error) {
    throw to_error(error, "connecting to " + settings.address());
  }
}

QueryResult take_result(sql::ResultSet& rows) {
  QueryResult out;
  sql::ResultSetMetaData* const meta = rows.getMetaData();
  const unsigned count = meta->getColumnCount();
  for (unsigned i = 1; i <= count; ++i)
    out.columns.push_back(meta->getColumnLabel(i).asStdString());
  while (rows.next()) {
    std::vector<std::optional<std::string>>& row = out.rows.emplace_back(count);
    for (unsigned i = 1; i <= count; ++i) {
      if (!rows.isNull(i)) row[i - 1] = rows.getString(i).asStdString();
    }
  }
  return out;
}

/// Values come by the text protocol: Connector/C++ buffers whole results of prepared statements,
/// and prints their floats with six digits.
class ConnectorSession final : public SqlSession {
 public:
  explicit ConnectorSession(const ConnectSettings& settings)
      : settings_(settings), connection_(connect(settings_)) {
    const QueryResult cipher = run("SHOW SESSION STATUS LIKE 'Ssl_cipher'");
    require_tls(settings_, !cipher.rows.empty() && cipher.rows[0].at(1) != "");
    const QueryResult row = run("SELECT VERSION(), CONNECTION_ID()");
    engine_ = engine_of_version(row.rows.at(0).at(0).value());
    id_ = std::stoul(row.rows.at(0).at(1).value());
    for (const std::string& statement : session_statements(engine_, settings_)) run(statement);
  }

  [[nodiscard]] model::Engine engine() const noexcept override { return engine_; }
  [[nodiscard]] std::string id() const override { return std::to_string(id_); }

  QueryResult query(std::string_view sql, const std::vector<Parameter>& parameters) override {
    return run(parameters.empty() ? std::string(sql) : bind_literals(sql, parameters));
  }

  void begin() override { run("START TRANSACTION"); }

  void commit() override {
    try {
      run("COMMIT");
    } catch (const model::Error& error) {
      if (is_connection_lost(error)) throw model::CommitInDoubt(error.what());
      throw;
    }
  }

  void rollback() noexcept override {
    try {
      run("ROLLBACK");
    } catch (const std::exception&) {
      // The server rolls back what its lost connection left open.
    }
  }

  void cancel() noexcept override { kill_query(settings_, id_); }

 private:
  QueryResult run(const std::string& sql) {
    attach_thread();
    try {
      const std::unique_ptr<sql::Statement> statement(connection_->createStatement());
      if (statement->execute(to_sql_string(sql))) {
        const std::unique_ptr<sql::ResultSet> rows(statement->getResultSet());
        return take_result(*rows);
      }
      QueryResult out;
      out.affected = statement->getUpdateCount();
      return out;
    } catch (const sql::SQLException& error) {
      throw to_error(error, "");
    }
  }

  const ConnectSettings settings_;
  std::unique_ptr<sql::Connection> connection_;
  unsigned long id_ = 0;
  model::Engine engine_ = model::Engine::mysql;
};

}  // namespace

std::unique_ptr<SqlSession> open_connector_session(const ConnectSettings& settings) {
  return std::make_unique<ConnectorSession>(settings);
}

}  // namespace sluice::db::mysql
