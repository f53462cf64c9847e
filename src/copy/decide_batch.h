#pragma once

#include <cstdint>
#include <map>
#include <memory>
#include <string>
#include <vector>

#include "sluice/copy/decide.h"

#include "copy/bisect.h"
#include "copy/mapped_batch.h"

namespace sluice::copy {

/// What one transaction did, valid once it is committed.
struct DecidedBatch {
  std::vector<std::int64_t> decided;
  std::vector<std::int64_t> left_behind;
  std::vector<std::int64_t> decided_before;
  std::vector<StillOpen> still_open;
  std::vector<std::int64_t> lacks_parent;  // of still_open: may arrive once other rows have
  std::vector<std::string> sql;            // the rows written, for a dry run
};

/// Decides about some rows of one table in the transaction that is open. One thread at a time.
class DecideBatch {
 public:
  /// Borrows all of it. `rows` are of one table; `mapper` is that table's.
  DecideBatch(const DecideContext& context, db::TargetSession& session,
              const plan::TablePlan& table, BatchMapper& mapper,
              const std::vector<ChosenRow>& rows);

  /// Throws for everything but refused rows; the caller then rolls back.
  [[nodiscard]] DecidedBatch run();

 private:
  void sort_rows();
  void take_row(const ChosenRow& chosen, ledger::QuarantinedSource row);
  /// Why a row cannot be decided about now, or not like this; empty where it can.
  [[nodiscard]] std::string objection(const Decision& decision,
                                      const ledger::QuarantinedSource& row);
  [[nodiscard]] bool sets_key(const Decision& decision) const;
  [[nodiscard]] bool keys_may_be_replaced();
  void write();
  void write_rest();
  void record_batch();
  void record_refusals();
  void record_refusal(std::size_t row, const ledger::QuarantinedRow& why);
  void mark_rows();
  void move_positions();
  void record_event();
  void print_rows();

  [[nodiscard]] const Decision& decision_of(std::size_t row) const {
    return context_.decisions.entries[moving_[row]->entry];
  }

  const DecideContext& context_;
  db::TargetSession& session_;
  const plan::TablePlan& table_;
  BatchMapper& mapper_;
  const std::vector<ChosenRow>& rows_;

  DecidedBatch result_;
  // Rows that are to move, in the order of the batch.
  std::vector<const ChosenRow*> moving_;
  std::vector<ledger::QuarantinedSource> sources_;
  std::vector<const mapping::Overrides*> overrides_;
  db::SourceBatch batch_;
  MappedBatch mapped_;
  std::map<std::size_t, std::vector<std::int64_t>> decided_by_entry_;
  std::map<std::size_t, std::vector<std::int64_t>> left_by_entry_;
};

}  // namespace sluice::copy
