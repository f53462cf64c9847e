#pragma once

#include <string>
#include <string_view>

#include "sluice/model/name.h"

/// Names of what sluice makes beside the live objects.
namespace sluice::plan {

/// PostgreSQL's NAMEDATALEN - 1: longer names are cut silently by the server, so that two of them
/// could become one.
inline constexpr std::size_t kMaxNameBytes = 63;

inline constexpr std::string_view kSideSuffix = "__side";
inline constexpr std::string_view kRestSuffix = "__rest";

/// live + suffix. Where that is longer than a name may be, the live name is cut at a character and
/// eight hex digits of its SHA-256 stand in for the rest, so that equal beginnings stay apart. The
/// same name always gives the same result.
[[nodiscard]] std::string derived_name(std::string_view live, std::string_view suffix);
[[nodiscard]] model::QualifiedName derived_name(const model::QualifiedName& live,
                                                std::string_view suffix);

/// The side table's statistics. They lie where it does: live ones lie wherever the search_path of
/// their maker began, where the target's role may make nothing.
[[nodiscard]] model::QualifiedName side_statistics(const model::QualifiedName& live,
                                                   const model::QualifiedName& side);

}  // namespace sluice::plan
