#include "config/endpoint_json.h"

#include <algorithm>

#include <fmt/format.h>

#include "config/endpoint_options.h"
#include "config/shapes.h"

namespace sluice::config {
namespace {

using codec::JsonMember;
using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;
using model::Endpoint;
using model::Engine;

void report(const JsonValue& at, EndpointProblem problem, JsonProblems& problems) {
  if (problem.message.empty()) return;
  problems.error(at, "bad-endpoint", std::move(problem.message), std::move(problem.action));
}

/// A text, or for the port an integer, as text.
std::string option_text(const JsonValue& value, JsonProblems& problems) {
  return value.is_integer() ? value.number_text() : mapping::read_text(value, problems);
}

void read_options(ObjectReader& object, Endpoint& endpoint) {
  const JsonValue* options = object.find("options");
  if (options == nullptr) return;
  JsonProblems& problems = object.problems();
  if (!options->is_object()) {
    problems.error(*options, "wrong-type", "\"options\" is an object of name: text");
    return;
  }
  for (const JsonMember& member : options->members()) {
    if (member.key == mapping::kNoteKey) continue;
    report(member.value, set_option(endpoint, member.key, option_text(member.value, problems)),
           problems);
  }
}

Endpoint endpoint_from_object(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kEndpoint, problems);
  Endpoint endpoint;
  constexpr std::string_view kEngines[] = {"postgresql", "mysql", "mariadb"};
  if (object.required("engine") != nullptr) {
    endpoint.engine = static_cast<Engine>(object.choice("engine", kEngines).value_or(0));
  }
  const bool mysql = model::is_mysql_family(endpoint.engine);
  for (const JsonMember& member : value.members()) {
    const std::string_view key = member.key;
    if (is_password_key(key)) {
      report(member.value, password_refused(endpoint.engine), problems);
      continue;
    }
    const bool is_option =
        std::ranges::find(shapes::kEndpointKeys, key) != std::end(shapes::kEndpointKeys) &&
        key != "engine" && key != "options";
    if (!is_option) continue;
    // The same names for both engines in the object form.
    std::string_view name = key;
    if (!mysql && key == "database") name = "dbname";
    if (!mysql && key == "socket") name = "host";
    report(member.value, set_option(endpoint, name, option_text(member.value, problems)), problems);
  }
  read_options(object, endpoint);
  if (!problems.has_errors()) report(value, check_endpoint(endpoint), problems);
  return endpoint;
}

Endpoint endpoint_from_url(const JsonValue& value, JsonProblems& problems) {
  auto parsed = parse_endpoint(value.as_string());
  if (auto* problem = std::get_if<EndpointProblem>(&parsed)) {
    report(value, std::move(*problem), problems);
    return {};
  }
  return std::get<Endpoint>(std::move(parsed));
}

}  // namespace

Endpoint endpoint_from_json(const JsonValue& value, JsonProblems& problems) {
  if (!value.is_string() && !value.is_object()) {
    problems.error(
        value, "wrong-type",
        fmt::format("a URL or an object is wanted here, not {}", to_string(value.kind())));
    return {};
  }
  Endpoint endpoint = value.is_string() ? endpoint_from_url(value, problems)
                                        : endpoint_from_object(value, problems);
  if (is_unverified(endpoint)) {
    problems.warning(
        value, "tls-not-verified",
        "the connection crosses a network and does not verify who answers",
        "use verify-full (PostgreSQL) or VERIFY_IDENTITY (MySQL), which are the defaults");
  }
  return endpoint;
}

}  // namespace sluice::config
