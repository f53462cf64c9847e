#include "cli/swap_start.h"

#include <chrono>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/codec/utc_time.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/new_file.h"

#include "cli/exit_code.h"
#include "cli/run_choice.h"
#include "cli/signed_document.h"
#include "cli/stop_sources.h"

namespace sluice::cli {

cutover::OpenSession SwapStart::reopen() const {
  return [target = target] { return db::open_session(target, db::Purpose::target); };
}

void SwapStart::require_session(const std::string& act_stands, Console& console) {
  try {
    session->query("SELECT 1");
    return;
  } catch (const model::Error&) {
    // What follows says what is wrong, if it still is.
  }
  try {
    session = reopen()();
  } catch (const model::Error&) {
    console.error(act_stands + ", and the target does not answer any more");
    throw;
  }
}

plan::Plan plan_at_start(db::SqlSession& ledger, const ledger::Run& run) {
  return plan::from_json(ledger::plan_of_run(ledger, run.id));
}

SwapStart start_swap(const SwapArguments& arguments, ReadPlan read_plan, Console& console) {
  ReadConfig config = read_config(arguments.config, console);
  const LedgerPlace place = ledger_of(config.config);
  const auto ledger = open_ledger(place, console);
  ledger::Run run = choose_run(*ledger, place, arguments.run, console);
  plan::Plan plan = read_plan(*ledger, run);
  InForce in_force = InForce::load(config.config, console);
  std::string operator_name = operator_of(config.config, arguments.operator_name);
  const Agreement agreement = agreement_between(in_force, plan.source, plan.target);
  if (!arguments.dry_run) {
    require_admitted(in_force, plan::held_to(plan, config.config), operator_name, agreement,
                     console);
  }
  model::Endpoint target = plan::held_to(plan.target, config.config.target);
  auto session = db::open_session(target, db::Purpose::target);
  // Whoever comes after a session that waits for a lock may have to wait behind it.
  session->query("SET lock_timeout = '3s'");
  const bool needs_them = agreement == Agreement::needed;
  return {std::move(config),   {std::move(run), std::move(plan), std::move(operator_name)},
          std::move(target),   std::move(session),
          std::move(in_force), needs_them};
}

void refuse_stopped(const SwapStart& start, const SwapArguments& arguments, Console& console) {
  refuse_stopped(*start.session, start.run().id, arguments.config, console);
  refuse_stop_file(arguments.stop_file, console);
}

void adopt_policy(SwapStart& start) {
  start.session->begin();
  adopt_first_policy(start.in_force, *start.session, start.run().id, start.request.operator_name,
                     start.needs_signatures ? Agreement::needed : Agreement::not_needed);
  start.session->commit();
}

void require_unexpired(const std::string& not_after) {
  const auto until = codec::utc_time_from_text(not_after);
  if (!until || *until >= std::chrono::system_clock::now()) return;
  throw model::Error(model::ErrorKind::approval,
                     "what people signed expired at " + not_after + ", while this waited",
                     "make it anew, and let people sign that");
}

void require_still_agreed(const SwapStart& start, const std::string& not_after,
                          db::SqlSession& session) {
  require_unexpired(not_after);
  // In the order of whoever puts a policy in force.
  session.query("SELECT FROM sluice.run WHERE run_id = $1 FOR UPDATE", {start.run().id});
  adopt_first_policy(start.in_force, session, start.run().id, start.request.operator_name,
                     start.needs_signatures ? Agreement::needed : Agreement::not_needed);
}

int unless_locked(const SwapStart& start, Console& console, const std::function<int()>& work) {
  try {
    return work();
  } catch (const model::Error& error) {
    if (error.retry() != model::Retry::same_session) throw;
    start.session->rollback();
    for (const std::string& holder : cutover::lock_holders(*start.reopen()(), start.request)) {
      console.error(codec::printable_line(holder));
    }
    console.error(error.what(), "wait for those sessions or end them, then start it again");
    throw Exit{kLocked};
  }
}

void check_files(const DocumentFiles& files, const SwapStart& start, Console& console) {
  const auto refuse = [&console](const std::string& what, const std::string& hint) {
    console.error(what, hint);
    throw Exit{kUsage};
  };
  if (!files.propose.empty() && !files.approved.empty()) {
    refuse("--propose and --approved do not go together",
           "--propose writes what people sign, --approved does what they signed");
  }
  if (!start.in_force.has_policy() && (!files.propose.empty() || !files.approved.empty())) {
    refuse("without a policy nobody signs", "leave --propose and --approved out");
  }
  if (!files.propose.empty() && os::is_there(files.propose)) {
    refuse(fmt::format("{} is there already", files.propose),
           "people may have signed it: name another file");
  }
}

Words words_with(const std::string& verb, const SwapStart& start, const std::string& option,
                 const std::string& file) {
  Words words = words_on_run(verb, start.in_force.config(), start.run().id);
  words.insert(words.end(), {option, file});
  return words;
}

}  // namespace sluice::cli
