#include "cli/run_choice.h"

#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

#include "cli/exit_code.h"
#include "cli/inputs.h"

namespace sluice::cli {
namespace {

/// What begins a first run, where it is known.
std::string how_to_begin(const LedgerPlace& place) {
  if (place.config.empty()) return "sluice copy begins one";
  return command_line({"copy", "--config", place.config}) + " begins one";
}

std::string how_to_list(const LedgerPlace& place) {
  if (place.config.empty()) return "sluice runs lists them";
  return command_line({"runs", "--config", place.config}) + " lists them";
}

}  // namespace

LedgerPlace ledger_of(const config::Config& config) {
  return {config.target, config.name, config.file};
}

LedgerPlace ledger_of(const std::string& config, const std::string& url, Console& console) {
  if (config.empty() == url.empty()) {
    console.error("one of --config and --url says where the ledger is",
                  "--url is for a target whose config is not at hand: --url "
                  "'postgresql://mover@db2/crm'");
    throw Exit{kUsage};
  }
  if (url.empty()) return ledger_of(read_config(config, console).config);
  return {endpoint_of_url(url, "target"), "", ""};
}

std::unique_ptr<db::SqlSession> open_ledger(const LedgerPlace& place, Console& console) {
  auto session = db::open_session(place.target, db::Purpose::catalog);
  switch (ledger::schema_state(*session)) {
    case ledger::SchemaState::usable:
      return session;
    case ledger::SchemaState::absent:
      console.error("the target has no ledger: nothing has been copied to it", how_to_begin(place));
      throw Exit{kUsage};
    case ledger::SchemaState::other_version:
      break;
  }
  console.error("the ledger in the target is of another version", "use the sluice that made it");
  throw Exit{kDrift};
}

Words words_on_run(const std::string& verb, const std::string& config, const std::string& run_id) {
  Words words{verb, "--config", config};
  if (!run_id.empty()) words.insert(words.end(), {"--run", run_id});
  return words;
}

ledger::Run choose_run(db::SqlSession& ledger, const LedgerPlace& place, const std::string& run_id,
                       Console& console) {
  if (!run_id.empty()) {
    if (auto run = ledger::find_run(ledger, run_id)) return *std::move(run);
    console.error(fmt::format("the ledger has no run {}", run_id), how_to_list(place));
    throw Exit{kUsage};
  }
  for (ledger::Run& run : ledger::runs(ledger)) {
    if (place.name.empty() || run.name == place.name) return std::move(run);
  }
  console.error(place.name.empty() ? "the ledger has no run"
                                   : fmt::format("the ledger has no run of {}", place.name),
                fmt::format("{}; {}", how_to_begin(place), how_to_list(place)));
  throw Exit{kUsage};
}

plan::Plan without(plan::Plan plan, const std::vector<ledger::LeftOutIndex>& left_out) {
  for (const ledger::LeftOutIndex& index : left_out) {
    plan::TablePlan& table = plan.tables[static_cast<std::size_t>(index.table_no - 1)];
    table = plan::without_index(std::move(table), index.name);
  }
  return plan;
}

plan::Plan plan_of(db::SqlSession& ledger, const ledger::Run& run) {
  const std::set<int> live = ledger::live_tables(ledger, run.id);
  auto left_out = ledger::left_out_indexes(ledger, run.id);
  std::erase_if(left_out, [&live](const auto& index) { return !live.contains(index.table_no); });
  return plan::with_names_taken(
      without(plan::from_json(ledger::plan_of_run(ledger, run.id)), left_out), live);
}

}  // namespace sluice::cli
