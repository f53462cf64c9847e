#pragma once

#include "sluice/approve/approved.h"
#include "sluice/cutover/cutover.h"

namespace sluice::cli {

/// Who has to agree to a cutover, a rollback or a drop, and has: the one place where the verbs that
/// trade or drop tables get their approval.
[[nodiscard]] approve::Approved<cutover::Request> approve_swap(cutover::Request request);

}  // namespace sluice::cli
