#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <stop_token>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/ledger/records.h"
#include "sluice/manifest/manifest.h"
#include "sluice/model/endpoint.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"
#include "sluice/waits/stall.h"

namespace sluice::verify {

/// A manifest that is to be written where everything is found equal, or equal but for quarantined
/// rows within the limits.
struct ManifestRequest {
  std::string path;  ///< of a file that is not there yet; the proof will lie beside it
  /// Its bytes, for a manifest that lacks only what verify does not know (the tool, the policy's
  /// labels and classes). Called within the transaction that records the verification.
  std::function<std::string(manifest::Manifest)> document;
  /// Rows of a table that may be in quarantine, beside what makes a table different; absent: any.
  std::optional<std::uint64_t> most_quarantined = std::nullopt;
};

struct Options {
  Mode mode = Mode::full;
  std::size_t readers = 2;          ///< sessions on each side
  std::vector<std::string> tables;  ///< "schema.table" of source or target; empty: all
  std::size_t max_listed = 20;      ///< differences that are listed for a table
  bool record = true;               ///< the result in the ledger
  /// Rows that may be in quarantine, by table number; the plan's own limit where there is none.
  std::map<int, std::uint64_t> quarantine_limits;
  std::chrono::milliseconds stall_after = waits::kStallAfter;  ///< that nothing moves
  /// Only of a full verification of all tables that is recorded.
  std::optional<ManifestRequest> manifest = std::nullopt;
};

/// Where a verification stands. Called from several threads, never two at once.
struct Progress {
  std::string_view table;
  std::string_view stage;  ///< "source", "target", "differences", "figures", "checks"
  std::size_t table_index = 0;
  std::size_t table_count = 0;
  std::uint64_t rows = 0;  ///< of this stage
  std::uint64_t expected_rows = 0;
  std::uint64_t bytes = 0;
};
using ProgressCallback = std::function<void(const Progress&)>;
/// Why nothing moves; absent where something does. Called often, from a thread of its own, beside
/// the other callback.
using StallCallback = std::function<void(const std::optional<waits::Stall>&)>;

struct Listener {
  ProgressCallback progress;
  StallCallback stall;
};

/// Compares what the run's side tables hold with what they should hold, table by table, and runs
/// the plan's checks. Each side is read under one snapshot of its own, opened here. The result is
/// stored with the run (ledger/verification.h), whose events say when it began; a manifest is
/// written when the record, and with it all that the run has committed, is on the target's disk.
///
/// What is wrong with one table is that table's outcome; the others are still looked at. Throws
/// Error{connection} when a server is gone, Error{interrupted} after a stop request, Error{usage}
/// where `tables` names one that the plan does not have, Error{drift} where an endpoint leads to
/// another server than the plan's.
[[nodiscard]] VerifyReport verify_tables(const plan::Plan& plan, const ledger::Run& run,
                                         const model::Endpoint& source,
                                         const model::Endpoint& target, const Options& options,
                                         const Listener& listener, const std::stop_token& stop);

}  // namespace sluice::verify
