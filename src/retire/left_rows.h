#pragma once

#include <span>
#include <vector>

#include "sluice/db/removal.h"
#include "sluice/retire/proposal.h"

#include "retire/batch.h"
#include "retire/row_forms.h"

/// Which rows of a batch could not go, and why. Nothing stays deleted by what is done here.
namespace sluice::retire {

/// Those that other rows refer to: halves of the list are deleted and taken back until each is
/// known. Outside a transaction.
[[nodiscard]] std::vector<bool> referenced_rows(db::RowSession& session, const db::TableRead& read,
                                                std::span<const model::Key> keys);

struct LeftRows {
  std::vector<bool> keep;        // of each row of the batch: it is as it was read
  std::vector<RowNote> changed;  // those that are others now, with their columns
};
/// Reads the batch's rows again and compares.
[[nodiscard]] LeftRows look_again(db::RowSession& session, const RowForms& forms,
                                  const Batch& batch);

}  // namespace sluice::retire
