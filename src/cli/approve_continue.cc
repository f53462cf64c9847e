#include "cli/approve_continue.h"

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/plan/plan.h"

#include "cli/exit_code.h"
#include "cli/run_choice.h"
#include "cli/signed_document.h"

namespace sluice::cli {
namespace {

/// What is signed: which stop of which run is to end.
struct StopEnd {
  std::string run_id;
  std::string stop_sha256;
};

std::string body_of(const ledger::Run& run, const ledger::Stop& stop) {
  codec::JsonWriter json;
  json.begin_object().member("reason", stop.reason).member("run", run.id);
  json.member("stop_event", stop.event).member("stop_sha256", stop.sha256);
  json.member("stopped_at", stop.at);
  json.member("stopped_by", fmt::format("{} on {}", stop.by.os_user, stop.by.host));
  json.end_object();
  return json.take();
}

StopEnd stop_end(const document::Document& document) {
  const auto body = codec::parse_json_or_throw(document.body, "the document's body");
  return {body.root().at("run").as_string(), body.root().at("stop_sha256").as_string()};
}

Words words_of_continue(const InForce& in_force, const ledger::Run& run, const char* option) {
  Words words = words_on_run("continue", in_force.config(), run.id);
  words.insert(words.end(), {option, "continue.json"});
  return words;
}

}  // namespace

std::string approve_continue(const InForce& in_force, const ContinueFiles& files,
                             const std::string& operator_name, db::SqlSession& ledger,
                             const ledger::Run& run, const ledger::Stop& stop, Console& console) {
  const plan::Plan plan = plan::from_json(ledger::plan_of_run(ledger, run.id));
  const StopEnd wanted{run.id, stop.sha256};
  if (!needs_signatures(in_force, plan.source, plan.target)) {
    return approved_by_rule(in_force, wanted, plan.source, plan.target).rule();
  }
  if (files.approved.empty()) {
    console.error(
        fmt::format("run {} goes on when people have signed that this stop may end", run.id),
        "write what they sign, then name it with --approved");
    console.next(words_of_continue(in_force, run, "--propose"));
    throw Exit{kApproval};
  }
  const auto approved =
      approved_by_document(in_force, files.approved, document::Act::resume, document::Kind::resume,
                           operator_name, stop_end, console);
  if (approved->run_id == wanted.run_id && approved->stop_sha256 == wanted.stop_sha256) {
    return approved.rule();
  }
  console.error(fmt::format("{} is of another stop than the one that is in force ({})",
                            files.approved, ledger::to_text(stop)),
                "write what people sign anew: " +
                    command_line(words_of_continue(in_force, run, "--propose")));
  throw Exit{kDrift};
}

std::string propose_continue(const InForce& in_force, const ContinueFiles& files,
                             const std::string& operator_name, const ledger::Run& run,
                             const ledger::Stop& stop) {
  const document::Head head = make_head(in_force, document::Kind::resume,
                                        {{document::Act::resume, {}}}, run.id, operator_name);
  const std::string text = document::to_text(head, body_of(run, stop));
  os::write_file(files.propose, text);
  return document::sha256_of(text);
}

}  // namespace sluice::cli
