#pragma once

#include <string>

#include "sluice/db/sql_session.h"

namespace sluice::ledger {

/// How long an owner may be silent before others may take its range, in SQL. Living processes renew
/// it every few seconds, so a minute is silence, not slowness.
inline constexpr const char* kLease = "interval '60 seconds'";

/// Renews the leases of all ranges that the process owns. Ranges that are locked belong to a batch
/// that is being committed, which renews them itself.
void renew_leases(db::SqlSession& session, const std::string& process_id);

}  // namespace sluice::ledger
