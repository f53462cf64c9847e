#include "db/mysql/connection.h"

#include <exception>
#include <new>
#include <utility>

#include <netinet/in.h>
#include <netinet/tcp.h>
#include <sys/socket.h>

#include "db/mysql/dialect.h"
#include "db/mysql/errors.h"

namespace sluice::db::mysql {
namespace {

/// The largest packet that the protocol knows. A row must come in one piece, however long its
/// texts.
constexpr unsigned long kMaxPacket = 1UL << 30;

const char* text_or_null(const std::string& text) noexcept {
  return text.empty() ? nullptr : text.c_str();
}

void set_text(MYSQL* handle, mysql_option option, const std::string& value) noexcept {
  if (!value.empty()) mysql_options(handle, option, value.c_str());
}

Handle new_handle(const ConnectSettings& settings) {
  attach_thread();
  Handle handle(mysql_init(nullptr));
  if (!handle) throw std::bad_alloc();
  MYSQL* const raw = handle.get();
  set_text(raw, MYSQL_READ_DEFAULT_FILE, settings.defaults_file);
  set_text(raw, MYSQL_READ_DEFAULT_GROUP, settings.group);
  mysql_options(raw, MYSQL_SET_CHARSET_NAME, "utf8mb4");
  mysql_options(raw, MYSQL_OPT_CONNECT_TIMEOUT, &settings.connect_timeout);
  mysql_options(raw, MYSQL_OPT_MAX_ALLOWED_PACKET, &kMaxPacket);
  const unsigned protocol = settings.socket.empty() ? MYSQL_PROTOCOL_TCP : MYSQL_PROTOCOL_SOCKET;
  mysql_options(raw, MYSQL_OPT_PROTOCOL, &protocol);
  const ClientBool report = 1;
  mysql_options(raw, MYSQL_REPORT_DATA_TRUNCATION, &report);
  set_text(raw, MYSQL_OPT_SSL_CA, settings.ssl_ca);
  set_text(raw, MYSQL_OPT_SSL_CAPATH, settings.ssl_capath);
  set_text(raw, MYSQL_OPT_SSL_CERT, settings.ssl_cert);
  set_text(raw, MYSQL_OPT_SSL_KEY, settings.ssl_key);
  set_tls_mode(raw, settings.tls);
  return handle;
}

/// A network that is gone must be noticed in minutes, as on PostgreSQL's side, not in the two hours
/// of the kernel's default. Statements may take as long as they like: the server's machine answers.
void keep_alive(int socket) noexcept {
  const auto set = [socket](int level, int option, int value) {
    static_cast<void>(setsockopt(socket, level, option, &value, sizeof(value)));
  };
  set(SOL_SOCKET, SO_KEEPALIVE, 1);
  set(IPPROTO_TCP, TCP_KEEPIDLE, 60);
  set(IPPROTO_TCP, TCP_KEEPINTVL, 10);
  set(IPPROTO_TCP, TCP_KEEPCNT, 6);
  // What was sent and is not acknowledged: keepalives are silent meanwhile.
  set(IPPROTO_TCP, TCP_USER_TIMEOUT, 300'000);
}

void connect(MYSQL* handle, const ConnectSettings& settings) {
  const MYSQL* const connected = mysql_real_connect(
      handle, text_or_null(settings.host), text_or_null(settings.user), nullptr,
      text_or_null(settings.database), settings.port, text_or_null(settings.socket), 0);
  if (connected == nullptr) throw_error(handle, "connecting to " + settings.address());
  require_tls(settings, mysql_get_ssl_cipher(handle) != nullptr);
  if (settings.socket.empty()) keep_alive(static_cast<int>(handle->net.fd));
}

std::vector<std::optional<std::string>> take_row(MYSQL_RES* result, MYSQL_ROW row) {
  const unsigned count = mysql_num_fields(result);
  const unsigned long* const lengths = mysql_fetch_lengths(result);
  std::vector<std::optional<std::string>> values(count);
  for (unsigned i = 0; i < count; ++i) {
    if (row[i] != nullptr) values[i].emplace(row[i], lengths[i]);
  }
  return values;
}

}  // namespace

Connection::Connection(ConnectSettings settings)
    : settings_(std::move(settings)), handle_(new_handle(settings_)) {
  connect(handle(), settings_);
  id_ = mysql_thread_id(handle());
  engine_ = engine_of_version(query("SELECT VERSION()").value());
  for (const std::string& statement : session_statements(engine_, settings_)) query(statement);
}

QueryResult Connection::query(std::string_view sql) {
  attach_thread();
  if (mysql_real_query(handle(), sql.data(), static_cast<unsigned long>(sql.size())) != 0) {
    throw_error(handle(), "");
  }
  QueryResult out;
  const ResultHandle result(mysql_store_result(handle()));
  if (!result) {
    if (mysql_errno(handle()) != 0) throw_error(handle(), "");
    out.affected = mysql_affected_rows(handle());
    return out;
  }
  const unsigned count = mysql_num_fields(result.get());
  for (unsigned i = 0; i < count; ++i) {
    out.columns.emplace_back(mysql_fetch_field_direct(result.get(), i)->name);
  }
  while (MYSQL_ROW row = mysql_fetch_row(result.get())) {
    out.rows.push_back(take_row(result.get(), row));
  }
  return out;
}

void Connection::cancel() const noexcept { kill_query(settings_, id_); }

void kill_query(const ConnectSettings& settings, unsigned long connection_id) noexcept {
  try {
    const Handle handle = new_handle(settings);
    connect(handle.get(), settings);
    const std::string sql = "KILL QUERY " + std::to_string(connection_id);
    mysql_real_query(handle.get(), sql.data(), static_cast<unsigned long>(sql.size()));
  } catch (const std::exception&) {
    // Whoever cancels can do no more: the statement ends by itself, or with its connection.
  }
}

}  // namespace sluice::db::mysql
