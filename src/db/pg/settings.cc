#include "db/pg/settings.h"

namespace sluice::db::pg {
namespace {

// Everything that decides how values, types and definitions are printed and read. Values must not
// depend on what a role or database has set; names print with their schema, because only pg_catalog
// is on the path.
constexpr const char* kForms = R"(
SET search_path = pg_catalog, pg_temp;
SET quote_all_identifiers = off;
SET standard_conforming_strings = on;
SET DateStyle = 'ISO, YMD';
SET IntervalStyle = postgres;
SET TimeZone = 'UTC';
SET extra_float_digits = 3;
SET bytea_output = hex;
SET lc_monetary = 'C';
SET xmloption = content;
SET row_security = off;
SET jit = off;
)";

// A reader may have to wait for its consumer as long as that takes, but must not queue behind a
// lock: what queues behind it would be the application. A scan must begin at the first block, not
// where some other scan of the table happens to be: a cut by ctid says that everything before it
// has been read.
constexpr const char* kReading = R"(
SET synchronize_seqscans = off;
SET default_transaction_read_only = on;
SET default_transaction_isolation = 'repeatable read';
SET lock_timeout = '10s';
SET idle_in_transaction_session_timeout = 0;
SET max_parallel_workers_per_gather = 0;
)";

// A process that was frozen inside a transaction lets go of its range after a minute
// (idle_in_transaction); whoever has taken the range over waits a little longer than that.
constexpr const char* kWriting = R"(
SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed';
SET synchronous_commit = off;
SET lock_timeout = '90s';
SET idle_in_transaction_session_timeout = '60s';
)";

// What waits longer for a lock makes the application wait behind it. Each statement sees the newest
// rows; a commit is on the disk when it is answered. The door is that of a source which is
// read-only since its cutover (kReadOnlyTrigger).
constexpr const char* kRemoving = R"(
SET sluice.door = 'open';
SET default_transaction_read_only = off;
SET default_transaction_isolation = 'read committed';
SET synchronous_commit = on;
SET lock_timeout = '3s';
SET idle_in_transaction_session_timeout = '60s';
)";

const char* settings_for(Purpose purpose) {
  switch (purpose) {
    case Purpose::target:
      return kWriting;
    case Purpose::removal:
      return kRemoving;
    case Purpose::source:
    case Purpose::catalog:
      return kReading;
  }
  return kReading;
}

}  // namespace

std::string session_settings(Purpose purpose, const ServerTraits& server,
                             std::uint32_t statement_seconds) {
  std::string sql = kForms;
  sql += "SET statement_timeout = '" + std::to_string(statement_seconds) + "s';\n";
  sql += settings_for(purpose);
  // Such a server cannot convert, and with UTF8 it would fail on the first text that is none. Let
  // it send the bytes; the stream checks them one by one.
  const bool reads_rows = purpose == Purpose::source || purpose == Purpose::removal;
  if (server.sql_ascii && reads_rows) sql += "SET client_encoding = 'SQL_ASCII';\n";
  if (server.version >= 140000) sql += "SET idle_session_timeout = 0;\n";
  if (server.version >= 170000) sql += "SET transaction_timeout = 0;\n";
  return sql;
}

}  // namespace sluice::db::pg
