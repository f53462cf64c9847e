#include "cli/inputs.h"

#include <algorithm>
#include <iterator>
#include <utility>
#include <variant>

#include <fmt/format.h>

#include "sluice/codec/sha256.h"
#include "sluice/config/endpoint_url.h"
#include "sluice/copy/long_keys.h"
#include "sluice/copy/trial.h"
#include "sluice/db/catalog.h"
#include "sluice/os/file.h"
#include "sluice/plan/draft.h"

#include "cli/exit_code.h"

namespace sluice::cli {
namespace {

/// Configs are written by hand and plans are made of them: some MiB for thousands of tables. More
/// is a mistake.
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

/// Of PostgreSQL the whole database: what the config does not speak of may be forgotten, and tables
/// of other schemas may refer to those that are moved. On the MySQL family other databases are
/// other people's.
model::Catalog read_one(const model::Endpoint& endpoint, const std::vector<std::string>& schemas) {
  const auto session = db::open_session(endpoint, db::Purpose::catalog);
  if (!model::is_mysql_family(session->engine())) return db::read_catalog(*session);
  return db::read_catalog(*session, schemas);
}

/// Tables that a run has made are still its new ones when it is planned again, and what they are to
/// each other is written anew. Nor are names taken by what they need.
void take_own_tables(const plan::Plan& plan, model::Catalog& target, plan::MadeTables& own) {
  const auto take = [&](const model::QualifiedName& name, std::vector<model::Table>& tables) {
    const auto found = std::ranges::find(target.tables, name, &model::Table::name);
    if (found == target.tables.end()) return;
    tables.push_back(plan::as_planned(plan, std::move(*found)));
    tables.back().foreign_keys.clear();
    target.tables.erase(found);
  };
  for (const plan::TablePlan& table : plan.tables) {
    if (!table.is_new) continue;
    take(table.target, own.tables);
    // Names that its parts have are not taken by others.
    std::erase_if(target.tables,
                  [&table](const model::Table& side) { return side.name == table.side; });
  }
  for (const model::SchemaObject& made : plan.objects) {
    std::erase_if(target.objects,
                  [&made](const model::SchemaObject& object) { return object.id() == made.id(); });
  }
  for (const plan::FamilyStep& step : plan.families) {
    if (step.kind == plan::FamilyStep::Kind::parent) take(step.table, own.parents);
  }
}

/// Those that are not there yet.
std::vector<plan::NewTable> untried(const std::vector<plan::NewTable>& designs,
                                    const plan::MadeTables& own) {
  const auto holds = [](const std::vector<model::Table>& tables, const plan::NewTable& design) {
    return std::ranges::find(tables, design.design.table.name, &model::Table::name) != tables.end();
  };
  std::vector<plan::NewTable> rest;
  for (const plan::NewTable& design : designs) {
    if (!holds(own.tables, design) && !holds(own.parents, design)) rest.push_back(design);
  }
  return rest;
}

/// What only rows can tell; few databases have such indexes.
void measure(const model::Endpoint& source, std::vector<plan::NewTable>& designs) {
  const auto has_long_keys = [](const plan::NewTable& t) { return !t.design.long_keys.empty(); };
  if (std::ranges::none_of(designs, has_long_keys)) return;
  const auto session = db::open_session(source, db::Purpose::catalog);
  copy::measure_long_keys(*session, designs);
}

template <typename T>
void append(std::vector<T>& tables, std::vector<T> more) {
  tables.insert(tables.end(), std::make_move_iterator(more.begin()),
                std::make_move_iterator(more.end()));
}

/// `own`: those that a run has made already. `target`: without them.
plan::MadeTables make_new_tables(const config::Config& config, const Catalogs& catalogs,
                                 const model::Catalog& target, plan::MadeTables own) {
  const auto designs = plan::new_tables(config, catalogs.source, target);
  plan::MadeTables made;
  if (auto rest = untried(designs, own); !rest.empty()) {
    measure(config.source, rest);
    const auto session = db::open_session(config.target, db::Purpose::target);
    made = copy::try_new_tables(*session, std::move(rest));
  }
  append(made.findings, plan::differing_objects(designs, catalogs.source, catalogs.target));
  append(made.tables, std::move(own.tables));
  append(made.parents, std::move(own.parents));
  plan::attach_kin(designs, made);
  plan::attach_foreign_keys(config, designs, target, made);
  return made;
}

}  // namespace

ReadConfig read_config(const std::string& path, Console& console) {
  const std::string text = os::read_file(path, kMaxFileBytes);
  config::ReadResult result = config::read_config(text, path);
  console.findings(result.findings);
  if (!result.config) throw Exit{kUsage};
  return {std::move(*result.config), codec::sha256_hex(text)};
}

model::Endpoint endpoint_of_url(const std::string& url, std::string_view side,
                                std::string_view option) {
  auto endpoint = config::parse_endpoint(url);
  if (const auto* problem = std::get_if<config::EndpointProblem>(&endpoint)) {
    throw model::Error(model::ErrorKind::usage, std::string(option) + ": " + problem->message,
                       problem->action);
  }
  std::get<model::Endpoint>(endpoint).side = side;
  return std::get<model::Endpoint>(std::move(endpoint));
}

Catalogs read_catalogs(const config::Config& config) {
  const plan::ConfigSchemas schemas = plan::config_schemas(config);
  return {read_one(config.source, schemas.source), read_one(config.target, schemas.target)};
}

plan::Draft make_draft(const ReadConfig& config, const Catalogs& catalogs,
                       const plan::Plan* under_way) {
  model::Catalog target = catalogs.target;
  plan::MadeTables own;
  if (under_way != nullptr) take_own_tables(*under_way, target, own);
  plan::MadeTables made = make_new_tables(config.config, catalogs, target, std::move(own));
  return plan::draft(config.config, config.sha256, catalogs.source, target, std::move(made));
}

plan::Plan read_plan(const std::string& path) {
  const std::string text = os::read_file(path, kMaxFileBytes);
  try {
    return plan::from_json(text);
  } catch (const model::Error& error) {
    throw model::Error(error.kind(), fmt::format("{}: {}", path, error.what()), error.hint());
  }
}

std::vector<std::string> drift_of(const plan::Plan& plan, const ReadConfig& config,
                                  const Catalogs& catalogs) {
  std::vector<std::string> lines =
      plan::drift(plan, catalogs.source, catalogs.target, std::nullopt);
  if (!lines.empty() || config.sha256 == plan.config_sha256) return lines;
  // Another text. What counts is what would be made of it now.
  const plan::Draft draft = make_draft(config, catalogs, &plan);
  if (draft.plan && plan::same_but_limits(plan, *draft.plan)) return {};
  if (draft.plan) lines = plan::config_changes(plan, *draft.plan);
  for (const model::Finding& finding : draft.findings) {
    if (finding.severity != model::Severity::error) continue;
    lines.push_back(fmt::format("{}: {}", finding.where, finding.message));
  }
  if (!lines.empty()) return lines;
  return plan::drift(plan, catalogs.source, catalogs.target, config.sha256);
}

void explain_drift(const std::vector<std::string>& differences, const std::string& config,
                   Console& console) {
  for (const std::string& difference : differences) console.error(difference);
  console.error("this is not what the plan was made from",
                "put it back as it was, or begin anew: " +
                    command_line({"copy", "--config", config, "--new-run"}));
}

void refuse_drift(const plan::Plan& plan, const ReadConfig& config, const Catalogs& catalogs,
                  Console& console) {
  const std::vector<std::string> differences = drift_of(plan, config, catalogs);
  if (differences.empty()) return;
  explain_drift(differences, config.config.file, console);
  throw Exit{kDrift};
}

std::uint64_t quarantine_limit(const config::Config& config, const plan::TablePlan& table) {
  for (const config::Table& entry : config.tables) {
    if (entry.target == table.target) {
      return entry.quarantine_limit.value_or(config.limits.quarantine_rows);
    }
  }
  return table.quarantine_limit;
}

}  // namespace sluice::cli
