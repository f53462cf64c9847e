#pragma once

#include <map>
#include <span>
#include <string>

#include "sluice/db/removal.h"

namespace sluice::retire {

/// By key_json() of their keys, which tells keys apart that the server takes for equal.
using RowsByKey = std::map<std::string, std::string>;

/// The rows that have one of these keys now.
[[nodiscard]] RowsByKey rows_by_key(db::RowSession& session, const db::TableRead& read,
                                    std::span<const model::Key> keys);

}  // namespace sluice::retire
