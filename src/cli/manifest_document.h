#pragma once

#include <string>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/document/document.h"
#include "sluice/manifest/manifest.h"
#include "sluice/plan/plan.h"
#include "sluice/policy/policy.h"
#include "sluice/verify/verify_tables.h"

#include "cli/console.h"

namespace sluice::cli {

/// What people sign of a manifest: the act cutover, with the classes of the tables that a cutover
/// replaces, by their names on both sides; and what was decided about quarantined rows, which is to
/// go live with it: backfill of the tables where rows got values by hand, waiver of those of which
/// rows were left behind, and of those that lack rows which the live table was to keep.
[[nodiscard]] std::vector<document::Purpose> cutover_purposes(const policy::Policy& policy,
                                                              const plan::Plan& plan,
                                                              const manifest::Manifest& manifest);

/// What verify needs to write a manifest at `path`: a document that asks for the act cutover. Says
/// so and throws Exit (2) where the file or its proof is there already: neither is ever replaced.
/// Throws Error{approval} where the config's policy does not know the operator. Without a policy
/// the document names none, and nothing can be approved by it.
[[nodiscard]] verify::ManifestRequest manifest_request(const std::string& path,
                                                       const config::Config& config,
                                                       const plan::Plan& plan,
                                                       std::vector<manifest::Rehearsal> rehearsals,
                                                       Console& console);

}  // namespace sluice::cli
