#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/plan/draft.h"

#include "cli/finding_groups.h"
#include "cli/inputs.h"

/// What init found, in grades: what moves exactly, what people decide, what does not move.
namespace sluice::cli {

struct InitReport {
  std::string source;  // "mariadb 10.11.6, civicrm at socket:/run/x.sock"
  std::string target;
  std::size_t tables = 0;
  std::size_t new_tables = 0;
  std::uint64_t estimated_rows = 0;
  std::vector<FindingGroup> errors;     // nothing can be copied before they are mended
  std::vector<FindingGroup> decisions;  // something moves, perhaps otherwise than people wish
  std::vector<FindingGroup> left;       // does not come along
  std::vector<FindingGroup> notes;
};

/// `schemas`: those of the source that are asked for; empty: all.
[[nodiscard]] InitReport make_init_report(const config::Config& config, const Catalogs& catalogs,
                                          const plan::Draft& draft,
                                          const std::vector<std::string>& schemas);
/// For people: a few places of each group, or all.
[[nodiscard]] std::string init_text(const InitReport& report, std::string_view file, bool all);

inline constexpr std::string_view kInitSchema = "sluice.init/1";
[[nodiscard]] std::string init_json(const InitReport& report, std::string_view file);

}  // namespace sluice::cli
