#include <algorithm>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/ascii.h"
#include "sluice/codec/sha256.h"
#include "sluice/config/write.h"
#include "sluice/db/catalog.h"
#include "sluice/model/quote.h"
#include "sluice/os/file.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/whole_database.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/init_report.h"
#include "cli/inputs.h"
#include "cli/source_powers.h"

namespace sluice::cli {
namespace {

struct InitArguments {
  std::string source;
  std::string target;
  std::string out;
  std::string name;
  std::vector<std::string> schemas;
  std::string into;
  bool lower = false;
  bool all = false;
};

/// A config's name from its file's: "crm.json" is "crm".
std::string name_of_file(const std::string& path) {
  std::string name;
  for (const char c : std::filesystem::path(path).stem().string()) {
    const bool plain = (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '_' || c == '-';
    if (plain) name.push_back(c);
    if (c >= 'A' && c <= 'Z') name.push_back(static_cast<char>(c - 'A' + 'a'));
  }
  constexpr std::size_t kMaxNameLength = 40;  // of a config's name
  name.resize(std::min(name.size(), kMaxNameLength));
  return name.empty() ? "move" : name;
}

/// Somebody may have worked on the file for days.
void refuse_existing_file(const std::string& path) {
  if (!std::filesystem::exists(path)) return;
  throw model::Error(model::ErrorKind::usage, path + " is there already",
                     "name another file with --out, or move this one out of the way");
}

/// The schemas that are to be moved of all that have been read; empty: every one. On the MySQL
/// family no others are read, and some servers call them in other letters.
std::vector<std::string> asked_of_all(const InitArguments& arguments, const Catalogs& catalogs) {
  if (model::is_mysql_family(catalogs.source.server.engine)) return {};
  return arguments.schemas;
}

/// A misspelled name among right ones would leave its tables behind without a word.
void refuse_empty_schemas(const InitArguments& arguments, const model::Catalog& source) {
  const bool in_any_case = model::is_mysql_family(source.server.engine);
  for (const std::string& schema : arguments.schemas) {
    const auto is_there = [&](const model::Table& table) {
      const std::string& name = table.name.schema;
      return name == schema ||
             (in_any_case && codec::ascii_lower(name) == codec::ascii_lower(schema));
    };
    if (std::ranges::any_of(source.tables, is_there)) continue;
    throw model::Error(model::ErrorKind::usage, "the source holds no tables in " + schema,
                       "name each schema with --schema as the source does, or leave it out");
  }
}

config::Config make_config(const InitArguments& arguments, const Catalogs& catalogs) {
  plan::WholeDatabase options;
  options.name = arguments.name.empty() ? name_of_file(arguments.out) : arguments.name;
  options.into_schema = arguments.into;
  options.names = arguments.lower ? plan::NameCase::lower : plan::NameCase::keep;
  options.schemas = asked_of_all(arguments, catalogs);
  return plan::whole_database(catalogs.source, catalogs.target, options);
}

/// Counts the rows of tables without columns, which are left: nothing else will ever tell of them.
void count_empty_rows(const model::Endpoint& source, model::Catalog& catalog) {
  for (model::Table& table : catalog.tables) {
    const bool is_table = table.kind == "table" || table.kind == "partition";
    if (!is_table || !table.columns.empty()) continue;
    try {
      const auto session = db::open_session(source, db::Purpose::catalog);
      table.estimated_rows = std::stoull(
          session->query("SELECT count(*) FROM " + model::quote_name(source.engine, table.name))
              .value());
    } catch (const model::Error&) {
      // Who may not read it, or not now, is told of as many as the server thinks.
    }
  }
}

/// Says what copy would refuse; false where it would not.
bool add_powers(const config::Config& config, const plan::Plan& plan, InitReport& report) {
  const auto refused = refused_powers(config, plan, source_powers(config, plan));
  for (const model::Finding& finding : refused) add_to_groups(report.errors, finding);
  return !refused.empty();
}

int run_init(const InitArguments& arguments, Console& console) {
  refuse_existing_file(arguments.out);
  const model::Endpoint source = endpoint_of_url(arguments.source, "source", "--source");
  const model::Endpoint target = endpoint_of_url(arguments.target, "target", "--target");
  // What both hold, all that a copy will see, and a config that moves every table.
  Catalogs catalogs = read_catalogs(source, target, {arguments.schemas, {}});
  refuse_empty_schemas(arguments, catalogs.source);
  count_empty_rows(source, catalogs.source);
  const config::Config made = make_config(arguments, catalogs);
  if (made.tables.empty()) {
    console.error("the source holds no tables", "name its schemas with --schema");
    return kUsage;
  }
  const std::string text = config::config_text(made, arguments.source, arguments.target);
  // Read as every other verb will read it, and planned, so that what is said of it holds.
  config::ReadResult read = config::read_config(text, arguments.out);
  if (console.findings(read.findings) || !read.config) return kUsage;
  const ReadConfig config{std::move(*read.config), codec::sha256_hex(text)};
  const plan::Draft draft = make_draft(config, catalogs);
  os::write_file(arguments.out, text);
  InitReport report =
      make_init_report(config.config, catalogs, draft, asked_of_all(arguments, catalogs));
  const bool is_refused = draft.plan && add_powers(config.config, *draft.plan, report);
  console.json() ? console.print(init_json(report, arguments.out))
                 : console.show(init_text(report, arguments.out, arguments.all));
  if (!draft.plan) return kUsage;
  console.next(is_refused ? Words{"grants", "--config", arguments.out, "--side", "source",
                                  "--source-role", "sluice_reader"}
                          : Words{"copy", "--config", arguments.out});
  return kDone;
}

}  // namespace

Run declare_init(CLI::App& app) {
  const auto arguments = std::make_shared<InitArguments>();
  app.add_option("--source", arguments->source, "URL of the database to move")->required();
  app.add_option("--target", arguments->target, "URL of the PostgreSQL database to fill")
      ->required();
  app.add_option("--out", arguments->out, "the config file to write")->required();
  app.add_option("--name", arguments->name, "of the migration; without it, the file's");
  app.add_option("--schema", arguments->schemas,
                 "schemas (MySQL: databases) to move; may be given more than once; without it, all "
                 "of PostgreSQL, the one of the URL of MySQL");
  app.add_option("--into", arguments->into, "a schema of the target, for all tables");
  app.add_flag("--lower", arguments->lower, "names of tables and columns in lower case");
  app.add_flag("--all", arguments->all, "list everything that was found, not a few of each kind");
  return [arguments](Console& console) { return run_init(*arguments, console); };
}

}  // namespace sluice::cli
