#pragma once

#include <map>
#include <optional>
#include <string>
#include <string_view>

namespace sluice::mapping {

/// What people decided for target columns: a text in the form of the target's type, or NULL.
using Overrides = std::map<std::string, std::optional<std::string>, std::less<>>;

/// The form in which a decision stands in the ledger: a JSON object of target columns, each with a
/// text or null.
[[nodiscard]] std::string overrides_json(const Overrides& overrides);
/// The exact inverse. Throws Error(data) on anything else.
[[nodiscard]] Overrides overrides_from_json(std::string_view text);

}  // namespace sluice::mapping
