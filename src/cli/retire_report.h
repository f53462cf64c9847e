#pragma once

#include <string>
#include <vector>

#include "sluice/model/finding.h"
#include "sluice/retire/retire.h"

/// What a look at the rows, or their removal, has come to; as text for people and as JSON.
namespace sluice::cli {

[[nodiscard]] std::string to_text(const retire::Proposal& proposal);
[[nodiscard]] std::string to_json(const retire::Proposal& proposal, const std::string& document,
                                  const std::string& sha256);
[[nodiscard]] std::string to_text(const retire::Result& result);
/// `archive`: its folder.
[[nodiscard]] std::string to_json(const retire::Result& result, const std::string& archive);
/// One table's, for an event of the ledger.
[[nodiscard]] std::string event_body(const retire::TableResult& table);

}  // namespace sluice::cli
