#include "cli/left_objects.h"

#include <algorithm>
#include <map>
#include <string>

#include <fmt/format.h>

#include "sluice/db/counters.h"
#include "sluice/model/pg_quoted.h"

namespace sluice::cli {
namespace {

constexpr const char* kSequence = "sequence";

using Positions = std::map<model::QualifiedName, db::CounterPosition>;

Positions read_positions(const std::vector<plan::LeftObject>& objects,
                         const model::Endpoint& source) {
  std::vector<model::QualifiedName> sequences;
  for (const plan::LeftObject& object : objects) {
    if (object.kind == kSequence) sequences.push_back(object.name);
  }
  Positions positions;
  if (sequences.empty()) return positions;
  const auto session = db::open_session(source, db::Purpose::catalog);
  for (const db::CounterPosition& position : db::read_counters(*session, sequences)) {
    positions.emplace(position.name, position);
  }
  return positions;
}

/// Puts the sequence where the source's stands.
std::string set_position(const db::CounterPosition& position) {
  return fmt::format("SELECT pg_catalog.setval({}, {}, {});",
                     model::pg::literal(model::pg::quoted(position.name)), *position.last_value,
                     position.is_called);
}

model::Finding finding_of(const plan::LeftObject& object, const Positions& positions) {
  model::Finding finding{model::Severity::note, object.kind + "-not-moved",
                         object.name.schema.empty() ? object.name.table : object.name.text(),
                         "no table that is moved needs this " + object.kind + ": it is not made",
                         object.definition + ";"};
  std::ranges::replace(finding.rule, ' ', '-');
  if (object.kind == "partitioned table") {
    finding.message = "none of its partitions is moved: this partitioned table is not made";
  }
  const auto position = positions.find(object.name);
  if (object.kind != kSequence || position == positions.end()) return finding;
  if (position->second.last_value) {
    finding.action += " " + set_position(position->second);
  } else {
    finding.message += "; this role may not see where it stands";
  }
  return finding;
}

}  // namespace

std::vector<model::Finding> left_findings(const std::vector<plan::LeftObject>& objects,
                                          const model::Endpoint& source) {
  const Positions positions = read_positions(objects, source);
  std::vector<model::Finding> findings;
  findings.reserve(objects.size());
  for (const plan::LeftObject& object : objects) findings.push_back(finding_of(object, positions));
  return findings;
}

}  // namespace sluice::cli
