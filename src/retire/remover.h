#pragma once

#include <optional>
#include <set>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/archive/writer.h"
#include "sluice/retire/retire.h"

#include "retire/batch.h"
#include "retire/removal_session.h"
#include "retire/row_forms.h"

namespace sluice::retire {

/// Archives and deletes the batches of one table, one after the other. Borrows what it is given;
/// one thread at a time.
class Remover {
 public:
  Remover(const Setting& setting, const Request& request, const Retiring& table,
          const RowForms& forms, RemovalSession& session, archive::Writer& archive,
          const std::stop_token& stop);

  /// Takes out of the archive what an earlier process stored and did not delete; never a row that
  /// the source does not have.
  void settle();
  /// Deletes the batch's rows but for those that may not go. False where the table stops:
  /// result().stopped says why; nothing where it was asked to.
  [[nodiscard]] bool take(Batch& batch);
  /// Before the rows are gone through again, because some could not go yet.
  void begin_pass();

  [[nodiscard]] TableResult& result() noexcept { return result_; }

 private:
  enum class Outcome { deleted, referenced, differs, stopped };

  [[nodiscard]] bool source_has(const archive::Stored& stored);
  void note(const Batch& batch);
  [[nodiscard]] std::string why_stop(const Batch& batch) const;
  [[nodiscard]] std::string why_stop_on_target(const Batch& batch) const;
  [[nodiscard]] archive::Stored store(const Batch& batch);
  void take_back(const archive::Stored& stored);
  /// Tries until the batch is deleted or cannot be.
  [[nodiscard]] Outcome remove(const Batch& batch, const archive::Stored& stored);
  [[nodiscard]] Outcome transact(const Batch& batch, const archive::Stored& stored,
                                 const std::string& id);
  [[nodiscard]] bool is_same(const db::SourceBatch& gone, const Batch& batch,
                             const archive::Stored& stored);
  /// (tx) What stands against the delete that has come since it was looked at; empty: nothing.
  [[nodiscard]] std::string new_hazard();
  /// Whether a COMMIT without an answer has arrived.
  [[nodiscard]] bool was_deleted(const std::string& id);
  void count(const Batch& batch, const archive::Stored& stored);
  void drop_referenced(Batch& batch);
  void drop_changed(Batch& batch);

  const Setting& setting_;
  const Request& request_;
  const Retiring& table_;
  const RowForms& forms_;
  RemovalSession& session_;
  archive::Writer& archive_;
  const std::stop_token& stop_;
  codec::RowHasher hasher_;
  std::set<std::string> accepted_gone_;
  std::uint64_t may_go_ = 0;          // rows, by the document, in all calls
  ConsumedSum before_;                // by earlier calls
  codec::RowBuffer whole_;            // scratch
  std::vector<codec::Field> fields_;  // scratch
  TableResult result_;
};

}  // namespace sluice::retire
