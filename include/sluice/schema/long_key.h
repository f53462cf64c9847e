#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/model/finding.h"
#include "sluice/model/name.h"

namespace sluice::schema {

/// A column of the source in an index, or the beginning of one.
struct LongKeyPart {
  std::string column;
  std::uint64_t prefix = 0;  // characters, of bytes types bytes; 0: the whole
  bool is_text = false;      // becomes UTF-8, whatever it is in the source
};

/// An index whose types allow keys that PostgreSQL has no room for. Only the rows can tell whether
/// there are any.
struct LongKey {
  model::QualifiedName table;  // of the source
  std::string index;           // in the source
  bool unique = false;
  std::vector<LongKeyPart> parts;  // those of any length
};

/// Keys of a btree may take a third of a page, less what the page itself needs.
inline constexpr std::uint64_t kMaxKeyBytes = 2704;

/// What is to be said of it. `longest`: of the source's rows, in bytes; absent: nobody has looked.
[[nodiscard]] model::Finding look_at_long_key(const LongKey& key,
                                              std::optional<std::uint64_t> longest);

}  // namespace sluice::schema
