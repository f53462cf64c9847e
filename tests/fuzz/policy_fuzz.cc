// Policies: any text is either a policy or gets findings, and what was read can be printed.

#include "sluice/policy/policy.h"

#include "check.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::fuzz::require;
  const auto result = sluice::policy::read_policy(sluice::fuzz::text_of(data, size), "fuzz.json");
  require(result.policy.has_value() != sluice::model::has_errors(result.findings));
  if (result.policy) {
    require(!sluice::policy::to_text(*result.policy).empty());
    (void)sluice::policy::allowed_signers(*result.policy);
  }
  return 0;
}
