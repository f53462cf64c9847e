#include "cli/swap_approval.h"

#include <utility>

namespace sluice::cli {

approve::Approved<cutover::Request> approve_swap(cutover::Request request) {
  return approve::Verifier().without_policy(std::move(request));
}

}  // namespace sluice::cli
