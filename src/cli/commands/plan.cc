#include <algorithm>
#include <iterator>
#include <memory>
#include <string>
#include <utility>

#include <CLI/CLI.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"
#include "sluice/copy/start.h"
#include "sluice/cutover/swap.h"
#include "sluice/db/sql_session.h"
#include "sluice/os/file.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/script.h"

#include "cli/command.h"
#include "cli/exit_code.h"
#include "cli/inputs.h"
#include "cli/plan_approval.h"

namespace sluice::cli {
namespace {

constexpr std::string_view kResultSchema = "sluice.plan.result/1";

struct PlanArguments {
  std::string config;
  std::string out;
  std::string operator_name;
  bool sql = false;
};

/// What was written, and what people sign of it.
struct Written {
  std::string file;             // empty: nothing
  std::string document_sha256;  // where people have to sign it
  std::vector<document::Purpose> acts;
};

std::string result_json(const plan::Draft& draft, const Written& written) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kResultSchema);
  json.key("plan_sha256");
  if (draft.plan) {
    json.value(plan::sha256_of(*draft.plan));
  } else {
    json.null();
  }
  if (!written.file.empty()) json.member("file", written.file);
  if (!written.document_sha256.empty()) {
    json.member("document_sha256", written.document_sha256).key("acts").begin_array();
    for (const document::Purpose& purpose : written.acts) {
      json.begin_object().member("act", document::to_string(purpose.act));
      json.member("classes", purpose.classes).end_object();
    }
    json.end_array();
  }
  json.key("findings").begin_array();
  for (const model::Finding& finding : draft.findings) {
    json.begin_object().member("severity", severity_word(finding.severity));
    json.member("rule", finding.rule).member("where", finding.where);
    json.member("message", finding.message).member("action", finding.action).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

/// "customers by key (id), 12 columns", or how else it is read.
std::string table_line(const plan::TablePlan& table) {
  std::string key;
  for (const std::size_t index : table.key) {
    key += (key.empty() ? "" : ", ") + table.read[index].name;
  }
  std::string order = "in one stream";
  if (table.order == model::RangeKind::key) order = fmt::format("by key ({})", key);
  if (table.order == model::RangeKind::ctid) order = "by heap blocks";
  const auto indexes = std::ranges::count(table.deferred, plan::DeferredStep::Kind::index,
                                          &plan::DeferredStep::kind);
  return fmt::format("{} to {}: {}, {} columns into {}, {} indexes", table.source.text(),
                     table.target.text(), order, table.read.size(), table.write.size(), indexes);
}

/// Names come from elsewhere.
void show_line(const std::string& text, Console& console) {
  console.show(codec::printable_line(text) + "\n");
}

/// Who has to sign, and what signs it.
void print_acts(const Written& written, Console& console) {
  console.print(fmt::format("document {}\n", written.document_sha256));
  for (const document::Purpose& purpose : written.acts) {
    const std::string classes = purpose.classes.empty()
                                    ? ""
                                    : fmt::format(", classes {}", fmt::join(purpose.classes, ", "));
    show_line(fmt::format("to be signed for {}{}", document::to_string(purpose.act), classes),
              console);
  }
}

void print_summary(const plan::Plan& plan, const PlanArguments& arguments, const Written& written,
                   Console& console) {
  for (const plan::TablePlan& table : plan.tables) show_line(table_line(table), console);
  for (const config::LeftTable& left : plan.leave) {
    show_line(fmt::format("{} stays: {}", left.table.text(), left.reason), console);
  }
  console.print(fmt::format("plan {}\n", plan::sha256_of(plan)));
  if (!written.document_sha256.empty()) {
    print_acts(written, console);
    return console.next({"approve", arguments.out, "--config", arguments.config});
  }
  if (arguments.out.empty()) {
    console.next({"plan", "--config", arguments.config, "--out", "plan.json"});
  } else {
    console.next({"copy", "--config", arguments.config, "--plan", arguments.out});
  }
}

/// Side tables that are there already: nothing is wrong with them where a run goes on. Who makes
/// plans need not be allowed to read the ledger.
void warn_of_taken_names(const model::Endpoint& target, plan::Draft& draft) {
  const auto session = db::open_session(target, db::Purpose::catalog);
  try {
    const auto earlier = copy::earlier_tables(*session, *draft.plan);
    for (model::Finding& finding : copy::taken_names(*session, *draft.plan, earlier, false)) {
      finding.severity = model::Severity::warning;
      draft.findings.push_back(std::move(finding));
    }
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::config) throw;
    draft.findings.push_back(
        {model::Severity::warning, "side-tables-unknown", target.database,
         fmt::format("whether side tables of an earlier run are there cannot be seen: {}",
                     error.what()),
         "copy looks again, as the target's role"});
  }
}

/// A plan that the policy could never let anybody copy is none.
void ask_policy(const InForce& in_force, const config::Config& config, plan::Draft& draft) {
  std::vector<model::Finding> findings = policy_findings(in_force, config, *draft.plan);
  if (model::has_errors(findings)) draft.plan.reset();
  std::ranges::move(findings, std::back_inserter(draft.findings));
}

/// Under a policy people sign it; else it is only reviewed.
Written write(const PlanArguments& arguments, const ReadConfig& config, const InForce& in_force,
              const plan::Plan& plan) {
  if (!needs_signatures(in_force, plan.source, plan.target)) {
    os::write_file(arguments.out, plan::to_json(plan));
    return {arguments.out, "", {}};
  }
  const std::string text = plan_document(in_force, config.config, plan,
                                         operator_of(config.config, arguments.operator_name));
  os::write_file(arguments.out, text);
  return {arguments.out, document::sha256_of(text), document::from_text(text).head.acts};
}

/// Better now than when everything has been copied.
void look_at_cutover(const model::Endpoint& target, plan::Draft& draft) {
  const auto session = db::open_session(target, db::Purpose::catalog);
  for (model::Finding& finding : cutover::plan_findings(*session, *draft.plan)) {
    draft.findings.push_back(std::move(finding));
  }
}

int run_plan(const PlanArguments& arguments, Console& console) {
  // What people wrote; every mistake is reported at once.
  const ReadConfig config = read_config(arguments.config, console);
  // What both servers have now.
  const Catalogs catalogs = read_catalogs(config.config);
  // Both brought together: a plan, or every reason why there is none.
  plan::Draft draft = make_draft(config, catalogs);
  if (draft.plan) warn_of_taken_names(config.config.target, draft);
  if (draft.plan) look_at_cutover(config.config.target, draft);
  const InForce in_force = InForce::load(config.config, console);
  if (draft.plan) ask_policy(in_force, config.config, draft);
  Written written;
  if (draft.plan && !arguments.out.empty())
    written = write(arguments, config, in_force, *draft.plan);
  if (console.json()) {
    console.print(result_json(draft, written));
    return draft.plan ? kDone : kUsage;
  }
  console.findings(draft.findings);
  if (!draft.plan) return kUsage;
  if (arguments.sql) {
    console.print(plan::copy_script(*draft.plan));
  } else {
    print_summary(*draft.plan, arguments, written, console);
  }
  return kDone;
}

}  // namespace

Run declare_plan(CLI::App& app) {
  const auto arguments = std::make_shared<PlanArguments>();
  app.add_option("--config", arguments->config, "the migration's config file")->required();
  app.add_option("--out", arguments->out, "write the plan to this file");
  app.add_option("--operator", arguments->operator_name, "the person who will copy it");
  app.add_flag("--sql", arguments->sql, "print the SQL that a copy of the plan would run");
  return [arguments](Console& console) { return run_plan(*arguments, console); };
}

}  // namespace sluice::cli
