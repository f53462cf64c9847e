#include "sluice/retire/preflight.h"

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include <fmt/format.h>

#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

using Kind = db::RemovalHazard::Kind;
using model::Finding;
using model::QualifiedName;
using model::Severity;

Finding error(std::string rule, const QualifiedName& table, std::string message,
              std::string action) {
  return {Severity::error, std::move(rule), table.text(), std::move(message), std::move(action)};
}

using Names = std::set<QualifiedName>;

Names names_of(const std::vector<Retiring>& tables) {
  Names names;
  for (const Retiring& table : tables) names.insert(table.plan->source);
  return names;
}

/// What is found out without a server.
void check_plan(const Retiring& table, std::vector<Finding>& findings) {
  if (table.plan->key.empty()) {
    findings.push_back(error("no-key", table.plan->source,
                             "the table has no key: which row is which cannot be said",
                             "leave its rows where they are"));
  }
}

bool can_be_looked_up(const plan::TablePlan& table) { return !table.target_key.empty(); }

Finding of_reference(const db::RemovalHazard& hazard, const Names& names) {
  const bool acts = hazard.detail != "NO ACTION" && hazard.detail != "RESTRICT";
  if (acts) {
    return error("deletes-more", hazard.table,
                 fmt::format("foreign key {} of {} has ON DELETE {}: rows of it would change "
                             "without being archived",
                             hazard.name, hazard.other.text(), hazard.detail),
                 "make it NO ACTION in the source for as long as rows are retired");
  }
  if (hazard.other == hazard.table) {
    return {Severity::note, "refers-to-itself", hazard.table.text(),
            "rows of it refer to rows of it: those go when no other row refers to them any more",
            ""};
  }
  if (names.contains(hazard.other)) {
    return {Severity::note, "deleted-before", hazard.table.text(),
            fmt::format("its rows go after those of {}, which refer to them", hazard.other.text()),
            ""};
  }
  return error("referenced", hazard.table,
               fmt::format("{}, which is not retired, refers to it (foreign key {})",
                           hazard.other.text(), hazard.name),
               "retire that table with it, or drop the foreign key in the source");
}

/// `names`: the tables that are retired.
Finding finding_of(const db::RemovalHazard& hazard, const Names& names) {
  switch (hazard.kind) {
    case Kind::not_there:
      return error("not-there", hazard.table, "the role does not see the table",
                   "sluice grants --side retire prints what it needs");
    case Kind::not_a_table:
      return error("not-a-table", hazard.table, "it is " + hazard.detail,
                   "rows are deleted from tables only");
    case Kind::no_right:
      return error("no-right", hazard.table, "the role has no " + hazard.name + " on it",
                   "sluice grants --side retire prints what it needs");
    case Kind::reference:
      return of_reference(hazard, names);
    case Kind::trigger:
      return error("delete-trigger", hazard.table,
                   fmt::format("trigger {} fires on delete", hazard.name),
                   "disable or drop it for as long as rows are retired");
    case Kind::rule:
      return error("delete-rule", hazard.table,
                   fmt::format("rule {} rewrites a delete", hazard.name), "drop it");
    case Kind::row_security:
      return error("row-security", hazard.table, "row security may hide rows from the role",
                   "switch it off for the table as long as rows are retired");
    case Kind::children:
      return error(
          "has-children", hazard.table,
          fmt::format("rows of {}, which inherits from it, belong to it", hazard.other.text()),
          "leave its rows where they are");
    case Kind::no_transaction:
      return error("no-transactions", hazard.table,
                   fmt::format("its engine {} has no transactions: what was deleted could not be "
                               "taken back",
                               hazard.detail),
                   "ALTER TABLE ... ENGINE=InnoDB, and copy and verify again");
    case Kind::unseen:
      return error("unseen", hazard.table,
                   fmt::format("the role may not see whether there are {}", hazard.detail),
                   fmt::format("give it {}: sluice grants --side retire", hazard.name));
    case Kind::replicated:
      return {Severity::note, "replicated", hazard.table.text(),
              fmt::format("what is deleted here is deleted by whoever follows {}{}{}",
                          hazard.detail, hazard.name.empty() ? "" : " ", hazard.name),
              ""};
  }
  return error("unknown", hazard.table, "", "");
}

bool orders(const db::RemovalHazard& hazard) {
  return hazard.kind == Kind::reference && hazard.other != hazard.table;
}

/// Takes tables that no other one of the rest refers to, again and again; what is left in `rest`
/// refers to each other in a circle.
std::vector<Retiring> take_in_order(std::vector<Retiring>& rest,
                                    const std::vector<db::RemovalHazard>& hazards) {
  std::vector<Retiring> order;
  for (bool found = true; found;) {
    found = false;
    const Names names = names_of(rest);
    const auto is_free = [&](const Retiring& table) {
      return std::none_of(hazards.begin(), hazards.end(), [&](const db::RemovalHazard& hazard) {
        return orders(hazard) && hazard.table == table.plan->source && names.contains(hazard.other);
      });
    };
    const auto next = std::find_if(rest.begin(), rest.end(), is_free);
    if (next == rest.end()) break;
    order.push_back(*next);
    rest.erase(next);
    found = true;
  }
  return order;
}

/// Tables of the manifest that have proved rows, in the plan's order.
std::vector<Retiring> proved_tables(const plan::Plan& plan, const manifest::Manifest& manifest) {
  std::vector<Retiring> tables;
  for (const manifest::Table& proved : manifest.tables) {
    const auto found =
        std::find_if(plan.tables.begin(), plan.tables.end(),
                     [&](const plan::TablePlan& table) { return table.number == proved.number; });
    if (found == plan.tables.end() || found->source != proved.source) {
      throw model::Error(model::ErrorKind::drift,
                         fmt::format("the manifest's table {} is not the plan's table {}",
                                     proved.source.text(), proved.number),
                         "the manifest is of another run");
    }
    if (proved.entries > 0) tables.push_back({&*found, &proved});
  }
  return tables;
}

}  // namespace

std::vector<Retiring> retiring_tables(const plan::Plan& plan, const manifest::Manifest& manifest) {
  std::vector<Retiring> tables = proved_tables(plan, manifest);
  std::erase_if(tables, [](const Retiring& table) { return !can_be_looked_up(*table.plan); });
  return tables;
}

std::vector<Finding> staying_tables(const plan::Plan& plan, const manifest::Manifest& manifest) {
  std::vector<Finding> findings;
  for (const Retiring& table : proved_tables(plan, manifest)) {
    if (can_be_looked_up(*table.plan)) continue;
    findings.push_back({Severity::warning, "no-target-key", table.plan->source.text(),
                        fmt::format("its rows stay: {} has no key by which they could be looked up",
                                    table.plan->target.text()),
                        "give the target table a primary key, and verify again"});
  }
  return findings;
}

std::vector<Finding> preflight(const std::vector<Retiring>& tables,
                               const std::vector<db::RemovalHazard>& hazards) {
  std::vector<Finding> findings;
  for (const Retiring& table : tables) check_plan(table, findings);
  const Names names = names_of(tables);
  for (const db::RemovalHazard& hazard : hazards) findings.push_back(finding_of(hazard, names));
  std::vector<Retiring> rest = tables;
  static_cast<void>(take_in_order(rest, hazards));
  for (const Retiring& table : rest) {
    findings.push_back(error("circle", table.plan->source,
                             "it and other tables refer to each other in a circle: none of them "
                             "can go first",
                             "drop one of the foreign keys in the source"));
  }
  return findings;
}

std::vector<Retiring> in_order(std::vector<Retiring> tables,
                               const std::vector<db::RemovalHazard>& hazards) {
  return take_in_order(tables, hazards);
}

}  // namespace sluice::retire
