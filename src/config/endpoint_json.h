#pragma once

#include "sluice/codec/json_read.h"
#include "sluice/mapping/json_object.h"
#include "sluice/model/endpoint.h"

namespace sluice::config {

/// Reads an endpoint written as a URL or as an object.
[[nodiscard]] model::Endpoint endpoint_from_json(const codec::JsonValue& value,
                                                 mapping::JsonProblems& problems);

}  // namespace sluice::config
