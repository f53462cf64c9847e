#include <string>

#include "sluice/codec/json_read.h"
#include "sluice/copy/decisions.h"

#include "check.h"

namespace {

sluice::plan::Plan small_plan() {
  sluice::plan::TablePlan table;
  table.number = 1;
  table.source = {"old", "t"};
  table.target = {"new", "t"};
  for (const char* column : {"id", "name"}) {
    sluice::plan::TargetField field;
    field.name = column;
    table.write.push_back(field);
  }
  sluice::plan::Plan plan;
  plan.tables.push_back(table);
  return plan;
}

}  // namespace

/// Any text is either decisions or gets findings; whatever was read says which rows it is about and
/// who decided.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::fuzz::require;
  static const sluice::plan::Plan kPlan = small_plan();
  const auto read =
      sluice::copy::read_decisions(sluice::fuzz::text_of(data, size), "fuzz.json", kPlan);
  require(read.decisions.has_value() != sluice::model::has_errors(read.findings));
  if (!read.decisions) return 0;
  for (const sluice::copy::Decision& entry : read.decisions->entries) {
    if (const auto* row = std::get_if<sluice::copy::RowSelector>(&entry.of)) {
      require(row->id || (row->table_no && row->source_key));
    } else {
      require(std::get<sluice::copy::GroupSelector>(entry.of).table_no == 1);
    }
    const bool decided = entry.verdict != sluice::copy::Verdict::undecided;
    require(!decided || (!entry.person.empty() && !entry.reason.empty()));
    require((entry.verdict == sluice::copy::Verdict::set) == !entry.set.empty());
  }
  return 0;
}
