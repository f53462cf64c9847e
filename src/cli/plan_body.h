#pragma once

#include <string>
#include <vector>

#include "sluice/plan/plan.h"

/// The body of a document that people sign of a plan: the plan's JSON, and behind its last member
/// "waivers", what sluice would refuse and a person answers for, where there is any.
namespace sluice::cli {

[[nodiscard]] std::string plan_body(const plan::Plan& plan,
                                    const std::vector<std::string>& waivers);
/// Throws Error{config} where the rest is no plan.
[[nodiscard]] plan::Plan plan_of_body(const std::string& body);
/// Whether the body asks for these waivers, word for word, and for nothing else.
[[nodiscard]] bool asks_for(const std::string& body, const std::vector<std::string>& waivers);

}  // namespace sluice::cli
