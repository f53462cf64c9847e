#pragma once

#include <span>
#include <string>
#include <vector>

#include "sluice/db/source.h"
#include "sluice/model/key.h"

/// Statements on rows by a list of their keys. Pure.
namespace sluice::db::mysql {

/// Keys of one statement. The optimizer looks each up in the index as long as its memory for ranges
/// (8 MiB by default) holds them.
inline constexpr std::size_t kKeysAtOnce = 1000;

/// `a` IN (1, 2), or for a key of several columns ((`a` = 1 AND `b` = 2) OR ...): neither server
/// uses an index for a list of row constructors.
[[nodiscard]] std::string key_list_condition(const TableRead& table,
                                             std::span<const model::Key> keys);

}  // namespace sluice::db::mysql
