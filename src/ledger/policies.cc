#include "sluice/ledger/policies.h"

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

constexpr const char* kAdopted = "policy-adopted";

std::string event_body(const AdoptedPolicy& policy) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("adopted_by", policy.adopted_by);
  body.member("document_sha256", policy.document_sha256);
  body.member("name", policy.name);
  body.member("policy_sha256", policy.sha256);
  body.member("version", policy.version);
  body.end_object();
  return body.take();
}

/// Of a ledger that an earlier sluice made, and that nobody has written to since: version 1 has no
/// policies, and version 2 had nothing that people signed of them at first.
bool has_table(db::SqlSession& session) {
  return session.query("SELECT to_regclass('sluice.policy') IS NOT NULL").value() == "t";
}

bool has_documents(db::SqlSession& session) {
  return session
             .query(
                 "SELECT EXISTS (SELECT FROM pg_attribute WHERE attrelid = "
                 "'sluice.policy'::regclass AND attname = 'signatures' AND NOT attisdropped)")
             .value() == "t";
}

std::string signatures_json(const AdoptedPolicy& policy) {
  codec::JsonWriter json;
  json.begin_array();
  for (const std::string& signature : policy.signatures) json.value(signature);
  json.end_array();
  return json.take();
}

std::vector<std::string> signatures_from(const std::string& text) {
  const auto json = codec::parse_json_or_throw(text, "a policy of the ledger");
  std::vector<std::string> all;
  for (const codec::JsonValue& one : json.root().items()) all.push_back(one.as_string());
  return all;
}

std::vector<AdoptedPolicy> read_rows(db::SqlSession& session) {
  std::vector<AdoptedPolicy> all;
  const auto result = session.query(
      fmt::format("SELECT version, name, sha256, text, {}, adopted_by, document_sha256, {} "
                  "FROM sluice.policy ORDER BY version DESC",
                  utc("adopted_at"), has_documents(session) ? "document, signatures" : "'', '[]'"));
  for (const auto& row : result.rows) {
    RowReader reader(row);
    AdoptedPolicy policy;
    policy.version = reader.count();
    policy.name = reader.text();
    policy.sha256 = reader.text();
    policy.text = reader.text();
    policy.adopted_at = reader.text();
    policy.adopted_by = reader.text();
    policy.document_sha256 = reader.text();
    policy.document = reader.text();
    policy.signatures = signatures_from(reader.text());
    all.push_back(std::move(policy));
  }
  return all;
}

[[noreturn]] void refuse(const std::string& what) {
  throw model::Error(model::ErrorKind::drift, what,
                     "find out who wrote to schema sluice of the target, and put the policy back "
                     "as it was");
}

/// The chains of events tell of every policy: one that is gone, or another text under its version,
/// was not taken back by sluice.
void require_as_told(db::SqlSession& session, const std::vector<AdoptedPolicy>& policies) {
  const auto told =
      session.query("SELECT body FROM sluice.event WHERE kind = $1", {std::string(kAdopted)});
  for (const auto& row : told.rows) {
    const auto body = codec::parse_json_or_throw(row.at(0).value(), "an event of the ledger");
    const std::string sha256 = body.root().at("policy_sha256").as_string();
    const auto version = static_cast<std::uint64_t>(body.root().at("version").as_integer());
    bool is_there = false;
    for (const AdoptedPolicy& policy : policies) {
      is_there = is_there || (policy.version == version && policy.sha256 == sha256);
    }
    if (is_there) continue;
    refuse(
        fmt::format("the target's events tell of policy version {} ({}), and it is not in its "
                    "ledger any more",
                    version, sha256.substr(0, 12)));
  }
}

}  // namespace

std::vector<AdoptedPolicy> policies(db::SqlSession& session) {
  if (schema_state(session) != SchemaState::usable) return {};
  std::vector<AdoptedPolicy> all;
  if (has_table(session)) all = read_rows(session);
  for (const AdoptedPolicy& policy : all) {
    if (codec::sha256_hex(policy.text) == policy.sha256) continue;
    refuse(
        fmt::format("the text of policy version {} in the target's ledger is not the one that "
                    "was adopted",
                    policy.version));
  }
  require_as_told(session, all);
  return all;
}

std::optional<AdoptedPolicy> policy_in_force(db::SqlSession& session) {
  std::vector<AdoptedPolicy> all = policies(session);
  if (all.empty()) return std::nullopt;
  return std::move(all.front());
}

void hold_policies(db::SqlSession& session) {
  session.query("LOCK TABLE sluice.policy IN SHARE ROW EXCLUSIVE MODE");
}

std::vector<std::string> hold_runs_and_policies(db::SqlSession& session) {
  session.query("SET LOCAL synchronous_commit = on");
  const auto held = session.query("SELECT run_id FROM sluice.run ORDER BY run_id FOR UPDATE");
  hold_policies(session);
  std::vector<std::string> ids;
  for (const auto& row : held.rows) ids.push_back(row.at(0).value());
  return ids;
}

void adopt_policy(db::SqlSession& session, const AdoptedPolicy& policy,
                  const std::vector<std::string>& run_ids) {
  session.query(adopt_policy_sql(policy));
  for (const std::string& run_id : run_ids) {
    append_event_within(session, run_id, kAdopted, event_body(policy));
  }
}

void tell_of_policy(db::SqlSession& session, const AdoptedPolicy& policy,
                    const std::string& run_id) {
  const auto told =
      session.query("SELECT EXISTS (SELECT FROM sluice.event WHERE kind = $1 AND body = $2)",
                    {std::string(kAdopted), event_body(policy)});
  if (told.value() == "t") return;
  append_event_within(session, run_id, kAdopted, event_body(policy));
}

void replace_signatures(db::SqlSession& session, const AdoptedPolicy& policy) {
  session.query("UPDATE sluice.policy SET signatures = $1 WHERE version = $2 AND sha256 = $3",
                {signatures_json(policy), std::to_string(policy.version), policy.sha256});
}

std::string adopt_policy_sql(const AdoptedPolicy& policy) {
  using model::pg::literal;
  return fmt::format(
      "INSERT INTO sluice.policy (version, name, sha256, text, adopted_by, document_sha256, "
      "document, signatures) VALUES ({}, {}, {}, {}, {}, {}, {}, {})",
      policy.version, literal(policy.name), literal(policy.sha256), literal(policy.text),
      literal(policy.adopted_by), literal(policy.document_sha256), literal(policy.document),
      literal(signatures_json(policy)));
}

}  // namespace sluice::ledger
