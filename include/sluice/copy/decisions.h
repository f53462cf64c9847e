#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/ledger/quarantine.h"
#include "sluice/mapping/mapper.h"
#include "sluice/model/finding.h"
#include "sluice/plan/plan.h"

/// What people decided about quarantined rows: the file that `sluice quarantine export` writes,
/// people fill in and `sluice quarantine decide` reads. decisions.md beside this header has the
/// format.
namespace sluice::copy {

/// Format and version of the file. DO NOT CHANGE the meaning of a member without a new number.
inline constexpr std::string_view kDecisionsSchema = "sluice.decisions/1";

/// One row: by its number in the quarantine, by its source key, or by both, which must then agree.
struct RowSelector {
  std::optional<std::int64_t> id;
  std::optional<int> table_no;
  std::optional<std::string> source_key;  // JSON array of the key's texts, compact
};

/// All rows that one thing keeps in quarantine.
struct GroupSelector {
  int table_no = 0;
  std::string column;
  std::string reason;
  std::optional<std::string> value;  // any bytes; absent: whatever the value
};

enum class Verdict : std::uint8_t {
  undecided,  // not filled in yet: the rows stay open
  set,        // target columns get these values or NULL; the others are mapped
  leave_behind,
  retry,  // mapped again as it is: after its parent arrived, say
};

/// One entry of the file.
struct Decision {
  std::variant<RowSelector, GroupSelector> of;
  Verdict verdict = Verdict::undecided;
  mapping::Overrides set;  // of Verdict::set
  std::string person;      // empty only while undecided
  std::string reason;
  std::string where;  // "file.json:12:5 /decisions/0", for findings
};

struct Decisions {
  std::string run;  // the run that the file was exported from; empty where it does not say
  std::vector<Decision> entries;
};

/// Decisions, or every reason why the text holds none. Warnings may stand beside them.
struct ReadDecisions {
  std::optional<Decisions> decisions;
  std::vector<model::Finding> findings;
};

/// Strict JSON; tables and columns must be the plan's. `file` is used in messages only.
[[nodiscard]] ReadDecisions read_decisions(std::string_view text, std::string_view file,
                                           const plan::Plan& plan);

/// A file for people to fill in: an entry for each open row of the filter, or for each group of
/// them, with everything that is known of it. Bytes that are no UTF-8 stand there as hex.
struct DecisionsTemplate {
  std::string json;
  std::uint64_t entries = 0;
  std::uint64_t rows = 0;
};
[[nodiscard]] DecisionsTemplate decisions_template(db::SqlSession& ledger, const plan::Plan& plan,
                                                   const ledger::QuarantineFilter& filter,
                                                   bool by_group);

/// The table of that name: the source's "schema.table" or "table", or the target's. Nothing where
/// there is none, or where the name alone does not say which.
[[nodiscard]] const plan::TablePlan* find_table(const plan::Plan& plan, std::string_view name);

}  // namespace sluice::copy
