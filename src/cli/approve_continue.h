#pragma once

#include <string>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/ledger/stops.h"

#include "cli/console.h"
#include "cli/policy_in_force.h"

namespace sluice::cli {

/// What a continue has to do with documents.
struct ContinueFiles {
  std::string propose;   ///< to be written, for people to sign
  std::string approved;  ///< what they signed
};

/// By which rule the run may go on after this stop, for the record. Where the policy asks for a
/// signature, `files.approved` holds it: of `stop.sha256`, the chain's head at the stop, so that it
/// is of that one stop, and for that operator. Says who has to sign and throws Exit (4) where
/// nobody has, Exit (7) where it is of another stop.
[[nodiscard]] std::string approve_continue(const InForce& in_force, const ContinueFiles& files,
                                           const std::string& operator_name, db::SqlSession& ledger,
                                           const ledger::Run& run, const ledger::Stop& stop,
                                           Console& console);

/// Writes the document that people sign so that the run may go on; returns its SHA-256. REQUIRES: a
/// policy.
std::string propose_continue(const InForce& in_force, const ContinueFiles& files,
                             const std::string& operator_name, const ledger::Run& run,
                             const ledger::Stop& stop);

}  // namespace sluice::cli
