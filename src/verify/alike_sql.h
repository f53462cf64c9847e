#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/name.h"
#include "sluice/model/schema.h"
#include "sluice/plan/alike.h"

namespace sluice::verify {

/// The values of a computed column as bytes that both servers make alike. REQUIRES: a form that
/// values are written in, neither nothing nor figures.
[[nodiscard]] std::string alike_sql(model::Engine engine, plan::Alike form, std::string_view column,
                                    const model::ColumnType& type);

/// The sum of 32 bits of a SHA-256 for each row: of its key, if there is one, and of the value's
/// own SHA-256, so that a value is bound to its row. What both servers have by themselves, those
/// too that may not know MD5, whatever the order of rows. `key` and `value`: of alike_sql().
[[nodiscard]] std::string hash_sum_sql(model::Engine engine, const std::vector<std::string>& key,
                                       const std::string& value);

}  // namespace sluice::verify
