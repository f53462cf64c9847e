#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"

namespace sluice::ledger {

/// A WHERE clause over sluice.quarantine q, and the parameters it names.
struct QuarantineWhere {
  std::string sql;
  std::vector<db::Parameter> parameters;

  /// Adds a parameter and gives its placeholder.
  std::string add(db::Parameter value);
};
[[nodiscard]] QuarantineWhere where_of(const QuarantineFilter& filter);

/// Ids as PostgreSQL's text form of bigint[].
[[nodiscard]] std::string id_array(const std::vector<std::int64_t>& ids);
/// Bytes as PostgreSQL's text form of bytea.
[[nodiscard]] std::string bytea_text(const std::string& bytes);
/// The bytes of encode(..., 'hex').
[[nodiscard]] std::string bytes_of_hex(const std::string& digits);

/// Whether the row of q came from the live target table: its batch says so. Rows that were taken
/// out later stand under no batch; those are source rows.
inline constexpr const char* kIsKept =
    "EXISTS (SELECT FROM sluice.batch b WHERE (b.run_id, b.table_no, b.range_no, b.batch_no) = "
    "(q.run_id, q.table_no, q.range_no, q.batch_no) AND b.origin = 'existing')";

}  // namespace sluice::ledger
