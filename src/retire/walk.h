#pragma once

#include <functional>
#include <stop_token>

#include "sluice/retire/retire.h"

#include "retire/batch.h"
#include "retire/row_forms.h"

namespace sluice::retire {

/// Reads a table of the source range by range, several workers ahead of the one that takes what
/// they find: `take` is called for one batch after the other, and no more batches come once it
/// returns false. Each worker sees the source as it was when the walk began.
void walk(const Setting& setting, const Retiring& table, const RowForms& forms,
          const std::stop_token& stop, const std::function<bool(Batch&)>& take);

/// The forms of a table's rows. Throws Error{drift} where the source does not have it as planned.
[[nodiscard]] RowForms forms_of(const Setting& setting, const Retiring& table);

}  // namespace sluice::retire
