#pragma once

#include <string>

#include "cli/console.h"

/// How another version of the policy comes in force: the document holds it whole, people sign it as
/// the version before and as the new one ask, and then the target's ledger takes it.
namespace sluice::cli {

struct PolicyChange {
  std::string config;
  std::string change;  ///< the new policy's file
  std::string out;     ///< the document to be written
  std::string adopt;   ///< the document that was signed
  std::string operator_name;
  bool dry_run = false;
};

/// Writes the document. Exit 2 where there is nothing to change: the target knows no policy, or the
/// file is not a later version.
[[nodiscard]] int propose_policy(const PolicyChange& arguments, Console& console);

/// Puts the new version in force, and tells of it in the events of every run. Exit 4 where people
/// of the old or of the new version have not signed, exit 7 where another policy is in force than
/// the document follows.
[[nodiscard]] int adopt_policy(const PolicyChange& arguments, Console& console);

}  // namespace sluice::cli
