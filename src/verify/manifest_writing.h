#pragma once

#include <optional>
#include <string>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/manifest/manifest.h"
#include "sluice/manifest/proof.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"
#include "sluice/verify/verify_tables.h"

#include "verify/proved_table.h"

namespace sluice::verify {

/// The manifest of a verification under way. Gathers table by table; gives up for good, and leaves
/// nothing behind, when one of them is not equal.
class ManifestWriting {
 public:
  /// Borrows the request.
  ManifestWriting(const ManifestRequest& request, codec::DigestAlgorithm algorithm);

  /// Where the entries of the table's rows go; nullptr: nowhere. `target`: asked what the side
  /// table is.
  [[nodiscard]] manifest::ProofWriter* begin_table(const plan::TablePlan& table,
                                                   db::SqlSession& target);
  void end_table(const plan::TablePlan& table, const TableReport& report,
                 const ProvedTable& proved);
  /// Of a table that could not be looked at.
  void give_up() noexcept { proof_.reset(); }

  /// Why there can be none, in words; empty: the verification has found what it takes.
  [[nodiscard]] std::string obstacle(const VerifyReport& report) const;

  /// The manifest but for its verification's number, its servers and the ledger's head; its proof
  /// is on disk from here on. REQUIRES: no obstacle.
  [[nodiscard]] manifest::Manifest finish(const ledger::Run& run, const VerifyReport& report);

  [[nodiscard]] const ManifestRequest& request() const noexcept { return request_; }

 private:
  const ManifestRequest& request_;
  std::optional<manifest::ProofWriter> proof_;
  std::string no_entries_;  // of the table at hand
  manifest::Manifest manifest_;
};

}  // namespace sluice::verify
