#pragma once

#include <string_view>

#include "sluice/model/name.h"
#include "sluice/schema/names.h"

/// Names of what sluice makes beside the live objects.
namespace sluice::plan {

using schema::derived_name;
using schema::kMaxNameBytes;
using schema::short_name;

inline constexpr std::string_view kSideSuffix = "__side";
inline constexpr std::string_view kRestSuffix = "__rest";

/// The side table's statistics. They lie where it does: live ones lie wherever the search_path of
/// their maker began, where the target's role may make nothing.
[[nodiscard]] model::QualifiedName side_statistics(const model::QualifiedName& live,
                                                   const model::QualifiedName& side);

}  // namespace sluice::plan
