#pragma once

#include <string>

#include "sluice/approve/approved.h"
#include "sluice/retire/retire.h"

#include "cli/console.h"
#include "cli/retire_inputs.h"

namespace sluice::cli {

/// The folder as the document names it: absolute, whoever says it from where.
[[nodiscard]] std::string archive_folder(const std::string& path);

/// Writes what a look at the rows has found as a document for people to sign; returns its SHA-256.
std::string write_proposal(const RetireInputs& inputs, const retire::Proposal& proposal,
                           const std::string& path);

/// What people have signed, held against what is there now. Refuses with exit 4 where signatures
/// are missing, 7 where the document is of something else.
[[nodiscard]] approve::Approved<retire::Request> approve_retire(const RetireInputs& inputs,
                                                                const RetireArguments& arguments,
                                                                Console& console);

}  // namespace sluice::cli
