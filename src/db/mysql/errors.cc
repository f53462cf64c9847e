#include "db/mysql/errors.h"

#include <algorithm>
#include <array>

namespace sluice::db::mysql {
namespace {

using model::ErrorKind;
using model::Retry;

/// What is done about an error number. Numbers are used because a server's texts depend on its
/// version and language; those from 2000 to 2999 come from the client library.
struct Meaning {
  unsigned code;
  ErrorKind kind;
  Retry retry;
  const char* hint;
};

constexpr const char* kNoHint = "";
constexpr const char* kAskServer = "see whether the server runs and can be reached from here";
constexpr const char* kLogin = "the password comes from an option file: check user, group and file";
constexpr const char* kExpired = "give the user a new password";
constexpr const char* kLocked = "unlock the user: ALTER USER ... ACCOUNT UNLOCK";
constexpr const char* kGrant =
    "sluice grants prints the statements that give the missing privilege";
constexpr const char* kTls =
    "name the authority with ssl_ca, or see what certificate the server has";
constexpr const char* kShape = "the table may have been changed: make a new plan";

constexpr std::array kMeanings{
    // The server cannot be reached, or the connection is gone.
    Meaning{1040, ErrorKind::connection, Retry::new_session, "the server has no free connection"},
    Meaning{1053, ErrorKind::connection, Retry::new_session, kNoHint},  // shutdown in progress
    Meaning{1077, ErrorKind::connection, Retry::new_session, kNoHint},  // normal shutdown
    Meaning{1079, ErrorKind::connection, Retry::new_session, kNoHint},  // shutdown complete
    Meaning{1080, ErrorKind::connection, Retry::new_session, kNoHint},  // forcing close
    Meaning{1152, ErrorKind::connection, Retry::new_session, kNoHint},  // aborted connection
    Meaning{1158, ErrorKind::connection, Retry::new_session, kNoHint},  // network read
    Meaning{1159, ErrorKind::connection, Retry::new_session, kNoHint},  // network read timeout
    Meaning{1160, ErrorKind::connection, Retry::new_session, kNoHint},  // network write
    Meaning{1161, ErrorKind::connection, Retry::new_session, kNoHint},  // network write timeout
    Meaning{1184, ErrorKind::connection, Retry::new_session, kNoHint},  // new aborting connection
    Meaning{1203, ErrorKind::connection, Retry::new_session, "the user has no free connection"},
    Meaning{1226, ErrorKind::connection, Retry::new_session, "the user has no free connection"},
    Meaning{1927, ErrorKind::connection, Retry::new_session, kNoHint},     // killed (MariaDB)
    Meaning{3032, ErrorKind::connection, Retry::new_session, kNoHint},     // offline_mode (MySQL)
    Meaning{3169, ErrorKind::connection, Retry::new_session, kNoHint},     // killed (MySQL)
    Meaning{4031, ErrorKind::connection, Retry::new_session, kNoHint},     // closed as idle (MySQL)
    Meaning{2001, ErrorKind::connection, Retry::new_session, kAskServer},  // cannot create a socket
    Meaning{2002, ErrorKind::connection, Retry::new_session, kAskServer},  // unix socket
    Meaning{2003, ErrorKind::connection, Retry::new_session, kAskServer},  // TCP
    Meaning{2004, ErrorKind::connection, Retry::new_session, kAskServer},
    Meaning{2005, ErrorKind::connection, Retry::new_session, "check the host's name"},
    Meaning{2006, ErrorKind::connection, Retry::new_session, kNoHint},     // server has gone away
    Meaning{2012, ErrorKind::connection, Retry::new_session, kAskServer},  // error in handshake
    Meaning{2013, ErrorKind::connection, Retry::new_session, kNoHint},     // lost during query
    Meaning{2027, ErrorKind::connection, Retry::new_session, kNoHint},     // malformed packet
    Meaning{2055, ErrorKind::connection, Retry::new_session, kNoHint},     // lost, system error
    // The same again may work.
    Meaning{1020, ErrorKind::connection, Retry::same_session, kNoHint},  // row changed since read
    Meaning{1205, ErrorKind::connection, Retry::same_session, "somebody holds a lock"},
    Meaning{1213, ErrorKind::connection, Retry::same_session, kNoHint},  // deadlock
    // A person must change something.
    Meaning{1044, ErrorKind::config, Retry::never, kGrant},  // no access to the database
    Meaning{1045, ErrorKind::config, Retry::never, kLogin},
    Meaning{1049, ErrorKind::config, Retry::never, "check the database's name"},
    Meaning{1130, ErrorKind::config, Retry::never, "the server allows no user from this host"},
    Meaning{1142, ErrorKind::config, Retry::never, kGrant},  // on a table
    Meaning{1143, ErrorKind::config, Retry::never, kGrant},  // on a column
    Meaning{1227, ErrorKind::config, Retry::never, kGrant},  // a global one
    Meaning{1370, ErrorKind::config, Retry::never, kGrant},  // on a routine
    Meaning{1698, ErrorKind::config, Retry::never, kLogin},  // without a password
    Meaning{1820, ErrorKind::config, Retry::never, kExpired},
    Meaning{1862, ErrorKind::config, Retry::never, kExpired},
    Meaning{3118, ErrorKind::config, Retry::never, kLocked},  // MySQL
    Meaning{3159, ErrorKind::config, Retry::never, "the server wants TLS: say ssl_mode=REQUIRED"},
    Meaning{4151, ErrorKind::config, Retry::never, kLocked},  // MariaDB
    Meaning{2026, ErrorKind::config, Retry::never, kTls},
    Meaning{2054, ErrorKind::config, Retry::never, "the client library does not know this server"},
    Meaning{2059, ErrorKind::config, Retry::never, "the client library lacks this way to log in"},
    Meaning{2061, ErrorKind::config, Retry::never, "use TLS, or another way to log in"},
    // The table is not what the plan says.
    Meaning{1054, ErrorKind::drift, Retry::never, kShape},  // no such column
    Meaning{1146, ErrorKind::drift, Retry::never, kShape},  // no such table
    Meaning{1176, ErrorKind::drift, Retry::never, kShape},  // no such index
    Meaning{1412, ErrorKind::drift, Retry::never, kShape},  // definition newer than the snapshot
    // Somebody asked to stop.
    Meaning{1317, ErrorKind::interrupted, Retry::never, kNoHint},  // KILL QUERY
    Meaning{1969, ErrorKind::interrupted, Retry::never, "max_statement_time is set for the user"},
    Meaning{3024, ErrorKind::interrupted, Retry::never, "max_execution_time was reached"},
    // No room.
    Meaning{1021, ErrorKind::storage, Retry::never, "free space on the server's disk"},
    Meaning{1114, ErrorKind::storage, Retry::never, "free space on the server's disk"},
    // Our own mistakes.
    Meaning{1064, ErrorKind::internal, Retry::never, kNoHint},  // syntax
    Meaning{2014, ErrorKind::internal, Retry::never, kNoHint},  // commands out of sync
};

/// The client's own errors (CR_MIN_ERROR to CR_MAX_ERROR) are about the connection; the server's
/// are about what it was asked for: a damaged table must not look like a lost server.
constexpr unsigned kFirstOfClient = 2000;
constexpr unsigned kLastOfClient = 2999;
constexpr Meaning kOtherOfClient{0, ErrorKind::connection, Retry::never, kNoHint};
constexpr Meaning kOtherOfServer{0, ErrorKind::data, Retry::never, kNoHint};

const Meaning& meaning_of(unsigned code) {
  const auto* const found = std::find_if(kMeanings.begin(), kMeanings.end(),
                                         [code](const Meaning& m) { return m.code == code; });
  if (found != kMeanings.end()) return *found;
  return code >= kFirstOfClient && code <= kLastOfClient ? kOtherOfClient : kOtherOfServer;
}

}  // namespace

model::Error make_error(unsigned code, std::string_view message, std::string_view doing) {
  const Meaning& meaning = meaning_of(code);
  std::string text(doing);
  if (!text.empty()) text += ": ";
  text.append(message).append(" (").append(std::to_string(code)).append(")");
  return {meaning.kind, text, meaning.hint, meaning.retry};
}

void throw_error(MYSQL* handle, std::string_view doing) {
  const unsigned code = mysql_errno(handle);
  throw FailedStatement(make_error(code, mysql_error(handle), doing), code);
}

void throw_error(MYSQL_STMT* statement, MYSQL* handle, std::string_view doing) {
  if (mysql_stmt_errno(statement) != 0) {
    const unsigned code = mysql_stmt_errno(statement);
    throw FailedStatement(make_error(code, mysql_stmt_error(statement), doing), code);
  }
  if (mysql_errno(handle) != 0) throw_error(handle, doing);
  constexpr unsigned kLost = 2013;
  throw make_error(kLost, "the rows ended before their end", doing);
}

bool is_connection_lost(const model::Error& error) noexcept {
  return error.kind() == ErrorKind::connection && error.retry() == Retry::new_session;
}

}  // namespace sluice::db::mysql
