#include "cli/swap_approval.h"

#include <utility>

#include "sluice/approve/verifier.h"

namespace sluice::cli {

approve::Approved<cutover::Request> approve_swap(cutover::Request request) {
  return approve::Verifier::without_policy(std::move(request));
}

}  // namespace sluice::cli
