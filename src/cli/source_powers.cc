#include "cli/source_powers.h"

#include <fmt/format.h>

#include "sluice/db/catalog.h"

namespace sluice::cli {

std::vector<std::string> source_powers(const config::Config& config, const plan::Plan& plan) {
  std::vector<model::QualifiedName> tables;
  for (const plan::TablePlan& table : plan.tables) tables.push_back(table.source);
  const auto session =
      db::open_session(plan::held_to(plan.source, config.source), db::Purpose::catalog);
  return db::write_privileges(*session, tables);
}

std::vector<model::Finding> refused_powers(const config::Config& config, const plan::Plan& plan,
                                           const std::vector<std::string>& powers) {
  std::vector<model::Finding> findings;
  if (config.source_can_delete) return findings;
  for (const std::string& power : powers) {
    findings.push_back(
        {model::Severity::error, "source-can-delete",
         fmt::format("the source role {} has {}", plan.source.user, power),
         "the source role can change the rows that it is to copy",
         "sluice grants prints the SQL for a role that can only read (--source-role names it), "
         "which the URL of \"source\" has to name then; or let a person take responsibility: "
         "\"allow\": {\"source_can_delete\": {\"reason\", \"person\"}}"});
  }
  return findings;
}

}  // namespace sluice::cli
