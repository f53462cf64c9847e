#include "cli/governance.h"

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/ledger/ledger.h"
#include "sluice/ledger/policies.h"
#include "sluice/model/error.h"
#include "sluice/policy/policy.h"

namespace sluice::cli {
namespace {

void read_policy(db::SqlSession& ledger, status::Governance& governance) {
  const auto adopted = ledger::policy_in_force(ledger);
  if (!adopted) return;
  governance.policy = adopted->name;
  governance.version = adopted->version;
  governance.sha256 = adopted->sha256;
  const policy::ReadResult read = policy::read_policy(adopted->text, "the policy in the ledger");
  if (!read.policy) return;
  if (const policy::Person* caller = read.policy->find(read.policy->caller)) {
    governance.caller = fmt::format("{} ({})", caller->name, caller->contact);
  }
}

void read_approvals(db::SqlSession& ledger, const std::string& run_id,
                    status::Governance& governance) {
  const auto event = ledger::newest_event(ledger, run_id, "plan-approved");
  if (!event) return;
  const auto body = codec::parse_json_or_throw(event->body, "an event of the ledger");
  for (const codec::JsonValue& one : body.root().at("signatures").items()) {
    governance.approvals.push_back({one.at("act").as_string(), one.at("name").as_string(),
                                    one.at("principal").as_string(), one.at("key").as_string()});
  }
}

}  // namespace

status::Governance read_governance(db::SqlSession& ledger, const std::string& run_id) {
  status::Governance governance;
  try {
    read_policy(ledger, governance);
    read_approvals(ledger, run_id, governance);
  } catch (const model::Error& error) {
    governance.problem = error.what();
  }
  return governance;
}

}  // namespace sluice::cli
