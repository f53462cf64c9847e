#pragma once

#include <memory>

#include <libpq-fe.h>

/// libpq's handles, each freed by its own function.
namespace sluice::db::pg {

struct FreeResult {
  void operator()(PGresult* result) const noexcept { PQclear(result); }
};
using Result = std::unique_ptr<PGresult, FreeResult>;

struct FreeCancel {
  void operator()(PGcancel* cancel) const noexcept { PQfreeCancel(cancel); }
};
using Cancel = std::unique_ptr<PGcancel, FreeCancel>;

struct FreeConnection {
  void operator()(PGconn* connection) const noexcept { PQfinish(connection); }
};
using RawConnection = std::unique_ptr<PGconn, FreeConnection>;

struct FreeMemory {
  void operator()(char* memory) const noexcept { PQfreemem(memory); }
};
using Memory = std::unique_ptr<char, FreeMemory>;

struct FreeOptions {
  void operator()(PQconninfoOption* options) const noexcept { PQconninfoFree(options); }
};
using Conninfo = std::unique_ptr<PQconninfoOption, FreeOptions>;

}  // namespace sluice::db::pg
