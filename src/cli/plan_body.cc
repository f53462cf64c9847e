#include "cli/plan_body.h"

#include <algorithm>
#include <string_view>

#include "sluice/codec/json_write.h"

namespace sluice::cli {
namespace {

/// No text of a plan holds this: quotation marks within texts are escaped. No member of a plan
/// comes behind it: they are sorted.
constexpr std::string_view kWaivers = ",\"waivers\":[";

/// How the body ends.
std::string end_of(const std::vector<std::string>& waivers) {
  if (waivers.empty()) return "}";
  codec::JsonWriter json;
  json.begin_object().member("waivers", waivers).end_object();
  return "," + codec::canonical_json(json.take()).substr(1);
}

/// Where the plan ends, and something else begins.
std::size_t end_at(const std::string& body) {
  return std::min(body.rfind(kWaivers), body.size() - 1);
}

}  // namespace

std::string plan_body(const plan::Plan& plan, const std::vector<std::string>& waivers) {
  std::string body = plan::to_json(plan);
  body.pop_back();
  return body + end_of(waivers);
}

plan::Plan plan_of_body(const std::string& body) {
  return plan::from_json(body.substr(0, end_at(body)) + "}");
}

bool asks_for(const std::string& body, const std::vector<std::string>& waivers) {
  return body.substr(end_at(body)) == end_of(waivers);
}

}  // namespace sluice::cli
