#pragma once

#include <cstdint>
#include <map>
#include <optional>
#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"

/// What a rollback takes away for good: people agree to it before, and it is counted anew under the
/// locks.
namespace sluice::cutover {

/// What retires have deleted from the source behind an event, as the chain tells it. One that was
/// killed has begun, and tells no numbers.
[[nodiscard]] Retired retired_since(const std::vector<ledger::Event>& events, std::int64_t event);

/// The loss of a rollback at this moment, table by table. Reads the rows that would be lost twice.
/// Where rows of tables are written meanwhile, the next look finds another one.
[[nodiscard]] Loss loss_of(db::SqlSession& session, const Request& request, const Cut& cut);

/// In what `now` differs from what was agreed to, one line each.
[[nodiscard]] std::vector<std::string> differences(const Loss& agreed, const Loss& now);

/// Canonical JSON of an object: the body of a document of kind rollback.
[[nodiscard]] std::string to_json(const Loss& loss);
/// The exact inverse. Throws Error where it is anything else.
[[nodiscard]] Loss loss_from_json(const std::string& body);

}  // namespace sluice::cutover
