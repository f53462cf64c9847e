#pragma once

#include <memory>
#include <string>
#include <type_traits>

#include <mysql.h>

/// The C client, MariaDB Connector/C or Oracle's libmysqlclient: everything in which they differ,
/// and one owner for each of their handles. Nothing else in the project asks which of them it is.
namespace sluice::db::mysql {

/// my_bool or bool.
using ClientBool = std::remove_pointer_t<decltype(MYSQL_BIND::is_null)>;

struct CloseHandle {
  void operator()(MYSQL* handle) const noexcept { mysql_close(handle); }
  void operator()(MYSQL_STMT* statement) const noexcept { mysql_stmt_close(statement); }
  void operator()(MYSQL_RES* result) const noexcept { mysql_free_result(result); }
};
using Handle = std::unique_ptr<MYSQL, CloseHandle>;
using StatementHandle = std::unique_ptr<MYSQL_STMT, CloseHandle>;
using ResultHandle = std::unique_ptr<MYSQL_RES, CloseHandle>;

/// Where the client looks for a server on this machine when nobody says.
[[nodiscard]] inline std::string default_socket() {
#ifdef MARIADB_UNIX_ADDR
  return MARIADB_UNIX_ADDR;
#else
  return MYSQL_UNIX_ADDR;
#endif
}

/// How far the server's TLS certificate is trusted.
enum class TlsMode : unsigned char {
  disabled,         // plain text, even where the server offers TLS
  preferred,        // as server and option file have it; for peers on this machine
  required,         // encrypted, whoever the peer is
  verify_identity,  // encrypted, by a known authority, and for the name that was connected to
};

/// `handle` has not been connected yet.
inline void set_tls_mode(MYSQL* handle, TlsMode mode) noexcept {
#ifdef MARIADB_PACKAGE_VERSION
  // From version 3.4 on it verifies certificates unless it is told not to.
  const ClientBool verify = mode == TlsMode::verify_identity ? 1 : 0;
  const ClientBool enforce = verify != 0 || mode == TlsMode::required ? 1 : 0;
  if (mode != TlsMode::preferred) mysql_options(handle, MYSQL_OPT_SSL_ENFORCE, &enforce);
  mysql_options(handle, MYSQL_OPT_SSL_VERIFY_SERVER_CERT, &verify);
#else
  const unsigned modes[] = {SSL_MODE_DISABLED, SSL_MODE_PREFERRED, SSL_MODE_REQUIRED,
                            SSL_MODE_VERIFY_IDENTITY};
  mysql_options(handle, MYSQL_OPT_SSL_MODE, &modes[static_cast<unsigned>(mode)]);
#endif
}

/// The client keeps state for each thread that uses it. Called where a thread may be new to it; the
/// state is freed when the thread ends.
inline void attach_thread() {
  struct Attachment {
    Attachment() { mysql_thread_init(); }
    Attachment(const Attachment&) = delete;
    Attachment& operator=(const Attachment&) = delete;
    ~Attachment() { mysql_thread_end(); }
  };
  thread_local const Attachment attachment;
}

}  // namespace sluice::db::mysql
