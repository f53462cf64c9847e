#pragma once

#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "sluice/db/removal.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/manifest/manifest.h"
#include "sluice/manifest/proof.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"
#include "sluice/policy/policy.h"
#include "sluice/retire/retire.h"

#include "cli/console.h"
#include "cli/inputs.h"

namespace sluice::cli {

/// What `retire` was started with.
struct RetireArguments {
  std::string config;
  std::string manifest;
  std::string archive;
  std::string retire_as;
  std::string policy;
  std::string propose;
  std::string approved;
  std::string stop_file;
  std::string operator_name;  // empty: the config's
  bool dry_run = false;
};

/// A manifest, and everything that it was found to be of. Not to be moved: parts refer to others.
struct RetireInputs {
  ReadConfig config;
  std::optional<policy::Policy> policy;
  std::unique_ptr<db::SqlSession> ledger;  // of the target, to be written to
  ledger::Run run;
  plan::Plan plan;
  std::vector<ledger::Event> events;
  std::string manifest_sha256;
  manifest::Manifest manifest;
  std::unique_ptr<manifest::Proof> proof;
  model::Endpoint source;  // by the credential that may delete
  model::Endpoint target;
  model::Catalog catalog;                // of the source, as that credential sees it
  std::vector<retire::Retiring> tables;  // children before parents
  std::vector<model::Finding> findings;  // warnings and notes about them

  RetireInputs() = default;
  RetireInputs(const RetireInputs&) = delete;
  RetireInputs& operator=(const RetireInputs&) = delete;
  ~RetireInputs() = default;

  [[nodiscard]] retire::Setting setting() const;
};

/// Reads it all and holds it against ledger, plan, servers and policy. Says what is wrong and
/// throws Exit: 3 where the event chain is broken or the source stands against it, 4 where somebody
/// may not, 7 where anything is another than the manifest says.
void read_retire_inputs(const RetireArguments& arguments, RetireInputs& inputs, Console& console);

}  // namespace sluice::cli
