#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <vector>

#include "sluice/model/name.h"

/// Questions about many tables at once: the server is given their places with their names, and
/// gives back places.
namespace sluice::copy {

/// "(0, '"public"."a"'), (1, '"public"."b"')": places and names, as rows of VALUES.
[[nodiscard]] std::string rows_of(const std::vector<model::QualifiedName>& names);

[[nodiscard]] std::size_t place(const std::optional<std::string>& number);

}  // namespace sluice::copy
