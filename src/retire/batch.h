#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"
#include "sluice/model/key.h"
#include "sluice/retire/proposal.h"

#include "retire/row_forms.h"

namespace sluice::retire {

/// What the live target has in the place of a row.
enum class Partner : std::uint8_t { same, changed, gone };

/// Rows that were proved and still are as they were, and what else was seen among them.
struct Batch {
  codec::RowBuffer rows;          // as RowForms::read
  std::vector<model::Key> keys;   // of each
  std::vector<Partner> partners;  // of each
  codec::RowSetDigest digest;     // of the rows as the plan reads them

  std::uint64_t seen = 0;  // rows read
  std::uint64_t not_proved = 0;
  std::uint64_t source_changed = 0;
  std::vector<RowNote> changed;       // the first of them
  std::vector<RowNote> unarchivable;  // of `rows`, those that no archive can hold

  [[nodiscard]] std::uint64_t count(Partner partner) const noexcept;
  /// Keeps the rows for which `keep` says so.
  void keep_if(const std::vector<bool>& keep, const RowForms& forms, codec::RowHasher& hasher);
};

}  // namespace sluice::retire
