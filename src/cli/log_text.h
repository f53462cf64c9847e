#pragma once

#include <string>

#include "sluice/ledger/event_log.h"

namespace sluice::cli {

/// A chain for people, in the order of its events: what happened, when, by whom and from where, and
/// what came of it. Lines may be long; Console::show breaks them.
[[nodiscard]] std::string log_text(const ledger::RunLog& log);
/// The same of a chain's comparison with the ledger: one sentence.
[[nodiscard]] std::string comparison_text(const ledger::Comparison& comparison);

}  // namespace sluice::cli
