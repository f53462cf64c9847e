#pragma once

#include <optional>
#include <string_view>

#include "sluice/model/key.h"

/// Words of the manifest's JSON that are not those of another module.
namespace sluice::manifest {

inline constexpr std::string_view kManifestSchema = "sluice.manifest/1";

[[nodiscard]] constexpr std::string_view word_of(model::RangeKind kind) noexcept {
  switch (kind) {
    case model::RangeKind::key:
      return "key";
    case model::RangeKind::ctid:
      return "ctid";
    case model::RangeKind::whole:
      return "whole";
  }
  return "unknown";
}

}  // namespace sluice::manifest
