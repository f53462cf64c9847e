#pragma once

#include <string>

#include "sluice/approve/verifier.h"

#include "cli/console.h"

/// A document and who has signed it, for people and for programs.
namespace sluice::cli {

struct ApprovalReport {
  std::string file;  ///< of the document, as named
  const approve::Verdict& verdict;
  const policy::Policy& policy;
  std::string stored;  ///< where a signature that was taken in stands; else empty
  bool dry_run = false;
};

/// The whole document, nothing shortened: what a person has to have read before signing. Broken at
/// 80 columns.
void show_document(const std::string& file, const document::Document& document,
                   const std::string& sha256, Console& console);
/// Who has signed for which act, what is refused and why, and how the others sign.
void show_signatures(const ApprovalReport& report, Console& console);
/// sluice.approve/1
[[nodiscard]] std::string approval_json(const ApprovalReport& report);

/// What a person runs to sign, on several lines of a shell.
[[nodiscard]] std::string sign_command(const std::string& document, const std::string& principal,
                                       document::Act act, const std::string& key);

}  // namespace sluice::cli
