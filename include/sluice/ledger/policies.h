#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"

/// The policy that a target knows: every version that was ever in force there, as the bytes of its
/// file. The newest is in force for whoever writes to the target, whatever a config names.
/// Functions run on a session given by the caller; those marked (tx) inside a transaction.
namespace sluice::ledger {

struct AdoptedPolicy {
  std::uint64_t version = 0;
  std::string name;
  std::string sha256;           // of `text`
  std::string text;             // the file's bytes
  std::string adopted_at;       // UTC, ISO 8601 with Z; chosen by the target
  std::string adopted_by;       // the operator's principal
  std::string document_sha256;  // what people signed; empty for a first one by its own rule
  std::string document = {};    // its bytes
  std::vector<std::string> signatures = {};  // armoured, in no order
};

/// Newest first; none where the target has no ledger, or one of a time before there were policies.
/// Throws Error{drift} where the rows are not what the events tell of them: somebody has changed or
/// removed a policy. Whether people have signed them is not asked here (cli/policy_chain.h).
[[nodiscard]] std::vector<AdoptedPolicy> policies(db::SqlSession& session);
[[nodiscard]] std::optional<AdoptedPolicy> policy_in_force(db::SqlSession& session);

/// (tx) Until the transaction ends nobody adopts a policy.
void hold_policies(db::SqlSession& session);
/// (tx) The same, for a change that every run is told of: holds the runs' rows first, as starts do,
/// and makes the transaction's end durable. Returns the runs' ids.
[[nodiscard]] std::vector<std::string> hold_runs_and_policies(db::SqlSession& session);
/// (tx) Puts a policy in force, after hold_policies(), and tells of it in the chain of these runs.
void adopt_policy(db::SqlSession& session, const AdoptedPolicy& policy,
                  const std::vector<std::string>& run_ids);
/// (tx) Tells a run's chain of the policy that is in force, where no chain tells of it yet.
void tell_of_policy(db::SqlSession& session, const AdoptedPolicy& policy,
                    const std::string& run_id);
/// (tx) Other signatures of the same document, after hold_policies().
void replace_signatures(db::SqlSession& session, const AdoptedPolicy& policy);
/// What adopt_policy() inserts, for --dry-run.
[[nodiscard]] std::string adopt_policy_sql(const AdoptedPolicy& policy);

}  // namespace sluice::ledger
