#pragma once

#include <cstdint>

#include "sluice/model/schema.h"

namespace sluice::schema {

/// The most bytes that a value of the source's column can have in an index of PostgreSQL, at four
/// bytes a character. `prefix`: only so many characters or bytes of it.
[[nodiscard]] std::uint64_t key_bytes(const model::Column& source, const model::ColumnType& target,
                                      std::uint64_t prefix = 0);

/// True where the target's type has a length of its own for each value.
[[nodiscard]] bool is_long(const model::ColumnType& target);

}  // namespace sluice::schema
