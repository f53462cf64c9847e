#pragma once

#include <cstdint>
#include <optional>

#include "sluice/copy/run.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// Pauses the run (through run.stop) when less than the agreed space is free on the target's disk,
/// or would be after `more_bytes` are written. Nothing where the server cannot tell.
void check_space(const RunContext& run, db::SqlSession& target, std::uint64_t more_bytes = 0);

/// Bytes that the rest of the run will take there, by the source's own estimates: rows, their
/// indexes, and the WAL that a checkpoint has not freed yet. A guess that is meant to be too large.
[[nodiscard]] std::uint64_t space_needed(const RunContext& run, db::SqlSession& target);

/// space_needed() where check_space() is blind, so that a person can look; absent where it sees,
/// and where `min_free_bytes` is 0, which says that nobody wants to know.
[[nodiscard]] std::optional<std::uint64_t> unseen_space(const RunContext& run,
                                                        db::SqlSession& target);

}  // namespace sluice::copy
