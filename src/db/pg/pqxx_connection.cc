#include "db/pg/pqxx_connection.h"

#include <utility>

#include <libpq-fe.h>

namespace sluice::db::pg {

#if PQXX_VERSION_MAJOR >= 7

std::unique_ptr<PqxxConnection> adopt(pg_conn* connection) {
  return std::make_unique<PqxxConnection>(pqxx::connection::seize_raw_connection(connection));
}

pqxx::result exec(pqxx::transaction_base& transaction, std::string_view sql,
                  const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return transaction.exec(sql);
  pqxx::params values;
  for (const Parameter& parameter : parameters) {
    if (parameter) {
      values.append(*parameter);
    } else {
      values.append();
    }
  }
  return transaction.exec(sql, values);
}

#else

class PqxxConnection::Adopt : public pqxx::connectionpolicy {
 public:
  explicit Adopt(pg_conn* connection) : connectionpolicy(""), connection_(connection) {}
  Adopt(const Adopt&) = delete;
  Adopt& operator=(const Adopt&) = delete;
  ~Adopt() noexcept override { PQfinish(connection_); }

  handle do_startconnect(handle connected) override {
    if (connected != nullptr) return connected;
    if (connection_ == nullptr) throw pqxx::broken_connection("the connection is gone");
    return std::exchange(connection_, nullptr);
  }
  handle do_completeconnect(handle connected) override { return connected; }

 private:
  pg_conn* connection_;  // until libpqxx asks for it
};

PqxxConnection::PqxxConnection(pg_conn* connection)
    : PqxxConnection(std::make_unique<Adopt>(connection)) {}

PqxxConnection::PqxxConnection(std::unique_ptr<Adopt> policy)
    : connection_base(*policy), policy_(std::move(policy)) {
  init();
#include <pqxx/internal/ignore-deprecated-pre.hxx>
  inhibit_reactivation(true);
#include <pqxx/internal/ignore-deprecated-post.hxx>
}

PqxxConnection::~PqxxConnection() noexcept { close(); }

std::unique_ptr<PqxxConnection> adopt(pg_conn* connection) {
  return std::make_unique<PqxxConnection>(connection);
}

pqxx::result exec(pqxx::transaction_base& transaction, std::string_view sql,
                  const std::vector<Parameter>& parameters) {
  if (parameters.empty()) return transaction.exec(std::string(sql));
  std::vector<const char*> values;
  values.reserve(parameters.size());
  for (const Parameter& parameter : parameters) {
    values.push_back(parameter ? parameter->c_str() : nullptr);
  }
  return transaction.exec_params(std::string(sql), pqxx::prepare::make_dynamic_params(values));
}

#endif

}  // namespace sluice::db::pg

// libpqxx 6.4 drops the last result when the connection is lost: some 2 KB once a connection, which
// a leak checker would report for every test of a lost connection. Read by LeakSanitizer alone.
#if defined(__SANITIZE_ADDRESS__) && PQXX_VERSION_MAJOR < 7
extern "C" const char* __lsan_default_suppressions();
extern "C" const char* __lsan_default_suppressions() { return "leak:libpqxx-6\n"; }
extern "C" const char* __lsan_default_options();
extern "C" const char* __lsan_default_options() { return "print_suppressions=0"; }
#endif
