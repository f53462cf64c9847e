#pragma once

#include <string>
#include <string_view>

#include "sluice/model/error.h"

#include "db/mysql/client.h"

namespace sluice::db::mysql {

/// What a server or client error number means to the caller. `doing` ("reading crm.customers")
/// opens the message; it may be empty.
[[nodiscard]] model::Error make_error(unsigned code, std::string_view message,
                                      std::string_view doing);

/// An Error that keeps its number, for those who can act on it. It goes as a plain Error beyond
/// this folder.
class FailedStatement : public model::Error {
 public:
  FailedStatement(const model::Error& error, unsigned code) : Error(error), code_(code) {}
  [[nodiscard]] unsigned code() const noexcept { return code_; }

 private:
  unsigned code_;
};

/// Throws the last error of a connection, as FailedStatement. So does the next one.
[[noreturn]] void throw_error(MYSQL* handle, std::string_view doing);
/// Throws the last error of a statement, which MariaDB's client leaves at the connection where it
/// happened between two rows. Without any error the connection counts as lost.
[[noreturn]] void throw_error(MYSQL_STMT* statement, MYSQL* handle, std::string_view doing);

/// True where the error says that the connection is gone, so that the fate of a COMMIT is unknown.
[[nodiscard]] bool is_connection_lost(const model::Error& error) noexcept;

}  // namespace sluice::db::mysql
