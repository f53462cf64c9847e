#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/copy/decide.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/ledger/records.h"
#include "sluice/plan/plan.h"

/// What the quarantine verbs print: for people in 80 columns, and as JSON.
namespace sluice::cli {

/// What a list was made of.
struct QuarantineList {
  const plan::Plan& plan;
  const ledger::Run& run;
  ledger::QuarantineCounts counts;
  std::vector<ledger::QuarantineEntry> rows;
  std::vector<ledger::QuarantineGroup> groups;  // instead of rows
  bool by_group = false;
};
[[nodiscard]] std::string to_text(const QuarantineList& list);
/// Schema "sluice.quarantine/1".
[[nodiscard]] std::string to_json(const QuarantineList& list);

/// Schema "sluice.exported/1".
[[nodiscard]] std::string export_to_json(const ledger::Run& run, const std::string& path,
                                         const copy::DecisionsTemplate& file);

/// How a decision file was applied.
struct DecideResult {
  const plan::Plan& plan;
  const ledger::Run& run;
  copy::DecideReport report;
  std::vector<ledger::Account> accounts;  // of all tables, afterwards; not of a dry run
  bool dry_run = false;

  [[nodiscard]] bool accounts_close() const noexcept;
};
/// Without the SQL of a dry run, which stays as it is on every terminal.
[[nodiscard]] std::string to_text(const DecideResult& result);
/// Schema "sluice.decided/1".
[[nodiscard]] std::string to_json(const DecideResult& result);

/// Text from elsewhere on one line of at most `width` characters.
[[nodiscard]] std::string one_line(const std::string& text, std::size_t width);

}  // namespace sluice::cli
