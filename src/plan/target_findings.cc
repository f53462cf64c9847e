#include <algorithm>

#include "sluice/model/quote.h"
#include "sluice/plan/alike.h"

#include "plan/names.h"
#include "plan/table_findings.h"

namespace sluice::plan {
namespace {

void look_at_foreign_keys(const model::Table& table, const SideOf& side_of, Findings& findings) {
  for (const model::ForeignKey& key : table.foreign_keys) {
    if (side_of.contains(key.referenced)) continue;
    findings.note("outside-reference", table.name.text() + "." + key.name,
                  "refers to " + key.referenced.text() +
                      ", which is not in the plan: rows must find their parents in the live table");
  }
}

void look_at_columns(const model::Table& table, Findings& findings) {
  for (const model::Column& column : table.columns) {
    if (number_source(column) != NumberSource::shared_sequence) continue;
    findings.warning(
        "shared-sequence", table.name.text() + "." + column.name,
        "its default takes numbers from a sequence that is not its own: the side table "
        "shares it, and its position is not moved",
        "set the sequence behind the copied numbers before cutover");
  }
}

void look_at_indexes(const model::Table& table, Findings& findings) {
  for (const model::Index& index : table.indexes) {
    if (index.valid) continue;
    findings.warning("invalid-index", table.name.text() + "." + index.name,
                     "is not valid (a failed CREATE INDEX CONCURRENTLY): the side table will not "
                     "have it",
                     "REINDEX or drop it");
  }
}

void look_at_rows(const model::Table& table, const config::Table& config, Findings& findings) {
  if (config.existing_rows != config::ExistingRows::refuse || table.estimated_rows == 0) return;
  findings.warning("existing-rows", table.name.text(),
                   "seems to hold about " + std::to_string(table.estimated_rows) +
                       " rows: the copy will refuse to start if it does",
                   "say \"existing_rows\": \"keep\" or \"replace\"");
}

void look_at_kind(const model::Table& table, const config::Table& config, Findings& findings) {
  if (table.kind == "table") return;
  std::string action = "map to an ordinary table";
  // One that an earlier run has made, mostly.
  if (table.kind == "partition" && config.create) {
    action =
        "if a run of this config has made it and never was finished: copy --new-run drops it; "
        "if it is to be made and filled anew otherwise: DROP TABLE " +
        model::quote_name(model::Engine::postgresql, table.name) + "; or " + action;
  }
  findings.error(
      "not-a-table", table.name.text(),
      "the target's kind is \"" + table.kind + "\", and only ordinary tables can be filled",
      std::move(action));
}

/// Where every target has its ledger, whatever the config says.
constexpr std::string_view kLedgerSchema = "sluice";

}  // namespace

void look_at_target(const model::Table& table, const config::Table& config, bool is_new,
                    const SideOf& side_of, Findings& findings) {
  const std::string where = table.name.text();
  if (table.name.schema == kLedgerSchema) {
    findings.error("reserved-schema", where,
                   "the target's schema " + std::string(kLedgerSchema) +
                       " is the ledger's: a table there meets its tables and indexes",
                   "name another schema of the target (init: --into)");
  }
  look_at_kind(table, config, findings);
  if (!table.triggers.empty()) {
    findings.note("target-triggers", where,
                  "has " + std::to_string(table.triggers.size()) +
                      " trigger(s): they do not run for copied rows");
  }
  if (table.row_security) {
    findings.note(
        "target-row-security", where,
        "has row security: the side table has none, and nobody but its owner can read it");
  }
  if (table.has_children) {
    findings.warning("inheritance", where,
                     "other tables inherit from it: their rows stay with the live table",
                     "move those tables too, or take the inheritance apart");
  }
  look_at_rows(table, config, findings);
  look_at_foreign_keys(table, side_of, findings);
  if (!is_new) look_at_columns(table, findings);
  look_at_indexes(table, findings);
}

void look_at_names(const TablePlan& table, const SideOf& side_of, Findings& findings) {
  const std::string where = table.target.text();
  const auto look_at = [&](const model::QualifiedName& made) {
    if (side_of.contains(made)) {
      findings.error("name-taken", where, made.text() + " is a target table of this plan",
                     "rename one of the tables");
    }
  };
  look_at(table.side);
  if (table.rest) look_at(*table.rest);
  if (table.is_new) return;  // its parts are called so for the time of the copy only
  for (const DeferredStep& step : table.deferred) {
    if (step.kind != DeferredStep::Kind::index || step.name == step.of + std::string(kSideSuffix))
      continue;
    findings.note("short-name", where + "." + step.of,
                  "is too long for a suffix: on the side table it is called " + step.name);
  }
}

void look_at_computed(model::Engine source, const TablePlan& table, Findings& findings) {
  for (const ComputedColumn& column : table.computed) {
    const std::string where = table.source.text() + "." + column.name;
    const std::string obstacle = why_not_alike(source, column);
    if (obstacle.empty()) {
      findings.note("computed-column", where,
                    "is not moved: the target computes its own, and verify compares what both "
                    "servers say of it",
                    "list it under \"drop\" with a reason if it is meant to differ");
    } else {
      findings.warning("computed-column", where,
                       "is not moved: the target computes its own, and verify does not compare "
                       "it: " +
                           obstacle,
                       "compare it yourself, or list it under \"drop\" with a reason");
    }
  }
}

void look_at_unfilled(const model::Table& target, const TablePlan& table, Findings& findings) {
  std::string unfilled;
  for (const model::Column& column : target.columns) {
    const bool written =
        std::ranges::find(table.write, column.name, &TargetField::name) != table.write.end();
    const bool ruled = std::ranges::find(table.rules.rules, column.name, &mapping::Rule::target) !=
                       table.rules.rules.end();
    if (written || ruled || column.generated != model::Generated::no) continue;
    unfilled += (unfilled.empty() ? "" : ", ") + column.name;
  }
  if (unfilled.empty()) return;
  findings.note("unfilled-columns", target.name.text(),
                "no rule fills these columns, so they get their default or NULL: " + unfilled,
                "say {\"default\": true} for those that are meant to");
}

void look_at_unique_keys(const model::Table& source, const model::Table& target,
                         const TablePlan& table, Findings& findings) {
  // target column -> the source column it is an unchanged copy of
  std::map<std::string, std::string> copied;
  for (const mapping::Rule& rule : table.rules.rules) {
    if (rule.cases.size() != 1 || rule.cases.front().when) continue;
    const auto* from = std::get_if<mapping::FromColumn>(&rule.cases.front().value);
    if (from != nullptr && from->steps.empty()) copied[rule.target] = from->column;
  }
  const auto vouched_for = [&](const std::vector<std::string>& columns) {
    return std::ranges::any_of(source.indexes, [&](const model::Index& index) {
      return index.unique && index.valid && !index.partial &&
             std::ranges::all_of(index.parts, [&columns](const model::IndexPart& part) {
               return std::ranges::find(columns, part.column) != columns.end();
             });
    });
  };
  for (const model::Index& index : target.indexes) {
    if (!index.unique || !index.valid) continue;
    std::vector<std::string> columns;
    for (const model::IndexPart& part : index.parts) {
      const auto found = copied.find(part.column);
      if (found != copied.end()) columns.push_back(found->second);
    }
    if (vouched_for(columns)) continue;
    findings.note("unique-key", target.name.text() + "." + index.name,
                  "whether the source holds to this unique key does not show: rows that collide go "
                  "to quarantine");
  }
}

}  // namespace sluice::plan
