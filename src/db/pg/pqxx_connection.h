#pragma once

#include <memory>
#include <string>
#include <string_view>
#include <vector>

#include <pqxx/pqxx>

#include "sluice/db/sql_session.h"

/// The one place that knows which libpqxx this is: 6.4 (Debian 12) or 7.10 (Debian 13).
namespace sluice::db::pg {

#if PQXX_VERSION_MAJOR >= 7
using PqxxConnection = pqxx::connection;
#else
/// A libpqxx connection on a PGconn that somebody else has opened. It never connects by itself: a
/// session that came back silently would have lost its settings, its snapshot and its locks.
class PqxxConnection final : public pqxx::connection_base {
 public:
  explicit PqxxConnection(pg_conn* connection);
  PqxxConnection(const PqxxConnection&) = delete;
  PqxxConnection& operator=(const PqxxConnection&) = delete;
  ~PqxxConnection() noexcept;

 private:
  class Adopt;
  explicit PqxxConnection(std::unique_ptr<Adopt> policy);
  std::unique_ptr<Adopt> policy_;
};
#endif

/// Takes `connection` over, and closes it even where this throws.
[[nodiscard]] std::unique_ptr<PqxxConnection> adopt(pg_conn* connection);

[[nodiscard]] pqxx::result exec(pqxx::transaction_base& transaction, std::string_view sql,
                                const std::vector<Parameter>& parameters);

}  // namespace sluice::db::pg
