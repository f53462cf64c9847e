#pragma once

#include <optional>
#include <string>

#include "sluice/db/source.h"

namespace sluice::db::mysql {

/// True where middle_key() can work: integers, binary, and texts, which must then be hexadecimal.
[[nodiscard]] bool has_middle_keys(const ReadColumn& column) noexcept;

/// A key text about half-way from `low` to `high`, above `low`: for looking up the next key that
/// really is there. Only a guess for texts, whose order is their collation's: the server must
/// compare. Absent where the keys are equal or are not of a form that has a middle.
[[nodiscard]] std::optional<std::string> middle_key(const ReadColumn& column,
                                                    const std::string& low,
                                                    const std::string& high);

}  // namespace sluice::db::mysql
