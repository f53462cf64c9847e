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
#include "sluice/document/document.h"
#include "sluice/os/file.h"
#include "sluice/plan/draft.h"

#include "cli/exit_code.h"
#include "cli/left_objects.h"
#include "cli/plan_body.h"

namespace sluice::cli {
namespace {

/// Configs are written by hand and plans are made of them: some MiB for thousands of tables. More
/// is a mistake.
constexpr std::size_t kMaxFileBytes = std::size_t{64} * 1024 * 1024;

/// Where a file's first member has ended.
constexpr std::size_t kSchemaWithin = 64;

/// Of PostgreSQL the whole database: what the config does not speak of may be forgotten, and tables
/// of other schemas may refer to those that are moved. On the MySQL family other databases are
/// other people's.
model::Catalog read_one(db::SqlSession& session, const std::vector<std::string>& schemas) {
  if (!model::is_mysql_family(session.engine())) return db::read_catalog(session);
  return db::read_catalog(session, schemas);
}

/// What lies beside tables that are made anew. One remark for all of it.
std::vector<model::Finding> unseen_findings(const std::vector<db::Unseen>& unseen) {
  std::vector<std::string> rights;  // that of one object may show those of many schemas
  for (const db::Unseen& some : unseen) {
    if (std::ranges::find(rights, some.right) == rights.end()) rights.push_back(some.right);
  }
  const std::string action = fmt::format(
      "a user with {} would see them; `sluice grants` has the lines", fmt::join(rights, ", "));
  std::vector<model::Finding> findings;
  findings.reserve(unseen.size());
  for (const db::Unseen& some : unseen) {
    findings.push_back({model::Severity::note, "objects-not-seen", some.objects,
                        "cannot be seen by this user, and would not be moved", action});
  }
  return findings;
}

/// What only rows can tell; few databases have such indexes.
void measure(const model::Endpoint& source, std::vector<plan::NewTable>& designs) {
  const auto has_long_keys = [](const plan::NewTable& t) { return !t.design.long_keys.empty(); };
  if (std::ranges::none_of(designs, has_long_keys)) return;
  const auto session = db::open_session(source, db::Purpose::catalog);
  copy::measure_long_keys(*session, designs);
}

/// Takes what a run of `under_way` has made out of `target`.
plan::MadeTables make_new_tables(const config::Config& config, const Catalogs& catalogs,
                                 const plan::Plan* under_way, model::Catalog& target) {
  plan::MadeTables own;
  if (under_way != nullptr) own = plan::take_own_tables(*under_way, target);
  const auto designs = plan::new_tables(config, catalogs.source, target);
  plan::MadeTables made;
  if (auto rest = plan::without_own(designs, own); !rest.empty()) {
    measure(config.source, rest);
    const auto session = db::open_session(config.target, db::Purpose::target);
    made = copy::try_new_tables(*session, std::move(rest), catalogs.replaced);
  }
  if (under_way != nullptr) plan::add_own_tables(*under_way, designs, std::move(own), made);
  std::ranges::move(plan::differing_objects(designs, catalogs.source, catalogs.target),
                    std::back_inserter(made.findings));
  if (!designs.empty()) {
    std::ranges::move(unseen_findings(catalogs.unseen), std::back_inserter(made.findings));
  }
  plan::attach_kin(designs, made);
  if (!designs.empty()) {
    std::ranges::move(
        left_findings(plan::left_objects(config, catalogs.source, catalogs.target, made),
                      config.source),
        std::back_inserter(made.findings));
  }
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

Catalogs read_catalogs(const model::Endpoint& source, const model::Endpoint& target,
                       const plan::ConfigSchemas& schemas) {
  Catalogs catalogs;
  const auto session = db::open_session(source, db::Purpose::catalog);
  catalogs.source = read_one(*session, schemas.source);
  catalogs.unseen = db::read_unseen(*session, catalogs.source);
  catalogs.target = read_one(*db::open_session(target, db::Purpose::catalog), schemas.target);
  return catalogs;
}

Catalogs read_catalogs(const config::Config& config) {
  return read_catalogs(config.source, config.target, plan::config_schemas(config));
}

model::Catalog read_target_catalog(const config::Config& config) {
  const auto session = db::open_session(config.target, db::Purpose::catalog);
  return read_one(*session, plan::config_schemas(config).target);
}

plan::Draft make_draft(const ReadConfig& config, const Catalogs& catalogs,
                       const plan::UnderWay& under_way) {
  model::Catalog target = catalogs.target;
  plan::MadeTables made = make_new_tables(config.config, catalogs, under_way.plan, target);
  return plan::draft(config.config, config.sha256, catalogs.source, target, std::move(made),
                     under_way);
}

plan::Plan read_plan(const std::string& path) {
  const std::string text = os::read_file(path, kMaxFileBytes);
  // Under a policy it is the body of a document, whose schema is its first member.
  const bool is_document =
      std::string_view(text).substr(0, kSchemaWithin).find(document::kSchema) != text.npos;
  try {
    return is_document ? plan_of_body(document::from_text(text).body) : plan::from_json(text);
  } catch (const model::Error& error) {
    throw model::Error(error.kind(), fmt::format("{}: {}", path, error.what()), error.hint());
  }
}

std::vector<std::string> drift_of(const plan::Plan& plan, const ReadConfig& config,
                                  const Catalogs& catalogs, SourceTables source) {
  const bool is_same_text = config.sha256 == plan.config_sha256;
  std::vector<std::string> lines =
      source == SourceTables::any
          ? plan::drift_under_way(plan, catalogs.source.server, catalogs.target)
          : plan::drift(plan, catalogs.source, catalogs.target, std::nullopt);
  if (!lines.empty() || is_same_text) return lines;
  // Another text. What counts is what would be made of it now.
  plan::UnderWay under_way{&plan};
  for (const auto& [number, changes] : plan::altered_sources(plan, catalogs.source)) {
    under_way.altered.insert(number);
  }
  const plan::Draft draft = make_draft(config, catalogs, under_way);
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
                  SourceTables source, Console& console) {
  const std::vector<std::string> differences = drift_of(plan, config, catalogs, source);
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
