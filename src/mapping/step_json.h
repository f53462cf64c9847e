#pragma once

#include <vector>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/mapping/json_object.h"
#include "sluice/mapping/rules.h"

namespace sluice::mapping {

/// The array member "steps" of an object; empty where there is none.
[[nodiscard]] std::vector<Step> steps_from_json(ObjectReader& object);
/// Writes the member "steps" where there is any.
void steps_to_json(const std::vector<Step>& steps, codec::JsonWriter& json);

}  // namespace sluice::mapping
