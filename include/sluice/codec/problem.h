#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <span>
#include <string_view>

namespace sluice::codec {

/// Why a value or a row cannot be moved exactly. One list for the whole project: it stands in the
/// ledger's quarantine table, in JSON and in messages.
///
/// DO NOT CHANGE THE NAMES (see to_string): they are persisted. The numbers are not.
enum class Problem : std::uint8_t {
  none,
  null_not_allowed,
  zero_date,       ///< MySQL's 0000-00-00
  part_zero_date,  ///< a MySQL date whose year, month or day alone is zero, like 2020-00-15
  invalid_date,    ///< a day or time of day that does not exist
  out_of_range,    ///< the target type ends before this value
  not_exact,       ///< it would have to be rounded
  too_long,
  invalid_utf8,
  no_character,     ///< bytes for which the column's character set has no character of their own
  nul_byte,         ///< U+0000, which PostgreSQL's text and jsonb cannot hold
  utf8_in_latin1,   ///< a latin1 text whose bytes are UTF-8, and nobody said which is meant
  latin1_not_utf8,  ///< the mapping says that a latin1 column holds UTF-8, and this value does not
  invalid_json,
  duplicate_json_key,
  not_a_number,
  not_a_date,
  not_a_time,
  not_a_bool,
  not_a_uuid,
  not_a_bit_string,
  not_a_network,   ///< not an inet, cidr or macaddr
  not_binary,      ///< not PostgreSQL's hex form of bytea
  unmapped_value,  ///< a value map has no entry for it and no otherwise
  ambiguous_enum,  ///< MySQL's enum index 0, which reads like a member ''
  missing_part,    ///< a concatenation lacks a part that has no rule
  refused_by_target,
  key_collision,
};

/// The stable name, as written here ("zero_date").
[[nodiscard]] std::string_view to_string(Problem problem) noexcept;

/// The problem of that stable name; nothing where no problem has it.
[[nodiscard]] std::optional<Problem> problem_from_string(std::string_view name) noexcept;

/// Every problem but none, in the order above.
[[nodiscard]] std::span<const Problem> all_problems() noexcept;

}  // namespace sluice::codec
