#include "verify/manifest_writing.h"

#include <utility>

#include <fmt/format.h>

#include "sluice/model/count.h"
#include "sluice/model/pg_quoted.h"

#include "verify/manifest_table.h"
#include "verify/printable.h"
#include "verify/savepoint.h"

namespace sluice::verify {
namespace {

bool is_good(Outcome outcome) noexcept {
  return outcome == Outcome::equal || outcome == Outcome::equal_except_quarantined;
}

/// After a crash of its server such a table is empty, whatever was flushed.
bool is_unlogged(const model::QualifiedName& table, db::SqlSession& target) {
  const auto found = query_guarded(
      target, fmt::format("SELECT FROM pg_catalog.pg_class WHERE relpersistence = 'u' AND oid = "
                          "pg_catalog.to_regclass({})",
                          model::pg::literal(model::pg::quoted(table))));
  return !found.rows.empty();
}

}  // namespace

ManifestWriting::ManifestWriting(const ManifestRequest& request, codec::DigestAlgorithm algorithm)
    : request_(request), proof_(std::in_place, manifest::proof_path(request.path), algorithm) {
  manifest_.digest = algorithm;
}

manifest::ProofWriter* ManifestWriting::begin_table(const plan::TablePlan& table,
                                                    db::SqlSession& target) {
  if (!proof_) return nullptr;
  no_entries_.clear();
  if (table.key.empty()) {
    no_entries_ = "no key";
  } else if (is_unlogged(table.side, target)) {
    no_entries_ = "the target's table is unlogged, and empty after a crash of its server";
  }
  if (!no_entries_.empty()) return nullptr;
  proof_->begin_table(table.number);
  return &*proof_;
}

void ManifestWriting::end_table(const plan::TablePlan& table, const TableReport& report,
                                const ProvedTable& proved) {
  if (!proof_) return;
  if (!is_good(report.outcome)) return give_up();
  manifest::Table out = manifest_table(table, report, proved, no_entries_);
  if (no_entries_.empty()) {
    const manifest::ProofWriter::Place place = proof_->end_table();
    out.entries = place.entries;
    if (place.entries != 0) out.first_entry = place.first_entry;
  }
  manifest_.tables.push_back(std::move(out));
}

std::string ManifestWriting::obstacle(const VerifyReport& report) const {
  if (!is_good(report.outcome)) {
    return fmt::format("the answer is \"{}\"", to_string(report.outcome));
  }
  if (!proof_ || report.mode != Mode::full || report.is_partial()) {
    return "not everything was looked at";
  }
  for (const TableReport& table : report.tables) {
    if (table.quarantined <= request_.most_quarantined.value_or(table.quarantined)) continue;
    return fmt::format("{} of {} in quarantine, the policy allows {}",
                       model::rows_text(table.quarantined), printable(table.source),
                       *request_.most_quarantined);
  }
  return {};
}

manifest::Manifest ManifestWriting::finish(const ledger::Run& run, const VerifyReport& report) {
  manifest_.run_id = run.id;
  manifest_.run_nonce = run.nonce;
  manifest_.plan_sha256 = run.plan_sha256;
  manifest_.config_sha256 = run.config_sha256;
  manifest_.started_at = report.started_at;
  manifest_.ended_at = report.ended_at;
  manifest_.outcome = to_string(report.outcome);
  for (const CheckReport& check : report.checks) {
    manifest_.checks.push_back(manifest_check(check));
  }
  const manifest::ProofWriter::Finished finished = proof_->finish();
  manifest_.proof_sha256 = finished.sha256;
  manifest_.proof_bytes = finished.bytes;
  return std::move(manifest_);
}

}  // namespace sluice::verify
