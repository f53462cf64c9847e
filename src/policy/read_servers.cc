#include <algorithm>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "policy/reader.h"
#include "policy/shapes.h"

namespace sluice::policy {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

constexpr std::string_view kEngines[] = {"postgresql", "mysql", "mariadb"};

/// "prod", "producton": a slip here would take the signatures from a production server.
bool looks_like_production(std::string_view label) {
  constexpr std::string_view kWords[] = {kProduction};
  return label != kProduction &&
         (label.starts_with("prod") || label == "live" || !mapping::nearest(label, kWords).empty());
}

void check_label(const JsonValue& at, std::string_view label, JsonProblems& problems) {
  check_name(at, label, problems);
  if (label == kUnlabelled) {
    problems.error(at, "bad-label", "\"unlabelled\" is what servers are that nobody has labelled");
  } else if (looks_like_production(label)) {
    problems.error(at, "bad-label",
                   fmt::format("\"{}\" could be taken for \"production\", and is not", label),
                   "only \"production\" itself always needs signatures");
  }
}

Server read_server(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kServer, problems);
  Server server;
  if (object.required("engine") != nullptr) {
    server.engine = static_cast<model::Engine>(object.choice("engine", kEngines).value_or(0));
  }
  server.identity = object.required_text("identity");
  server.label = object.required_text("label");
  if (!server.label.empty()) check_label(*object.find("label"), server.label, problems);
  const bool has_blank = std::ranges::any_of(
      server.identity, [](char c) { return static_cast<unsigned char>(c) <= 0x20 || c == 0x7f; });
  if (has_blank) {
    problems.error(*object.find("identity"), "bad-identity", "an identity has no blanks",
                   "`sluice inspect` shows that of both servers");
  }
  return server;
}

}  // namespace

void read_servers(ObjectReader& root, Policy& policy) {
  std::set<std::pair<model::Engine, std::string>> known;
  for (const JsonValue& item : root.items("servers")) {
    Server server = read_server(item, root.problems());
    if (!server.identity.empty() && !known.emplace(server.engine, server.identity).second) {
      root.problems().error(item, "server-twice",
                            fmt::format("the server {} stands twice", server.identity),
                            "physical clones share their identity, and so one label");
    }
    policy.servers.push_back(std::move(server));
  }
}

}  // namespace sluice::policy
