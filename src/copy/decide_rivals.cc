#include "copy/decide_rivals.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/model/quote.h"

#include "copy/bisect.h"
#include "copy/decided_form.h"
#include "copy/table_streams.h"
#include "copy/violators.h"

namespace sluice::copy {
namespace {

using model::Engine;
using plan::DeferredStep;

/// The column that numbers the rows; long enough that no table has one of that name.
constexpr const char* kNumber = "sluice_number_of_the_decided_row";

/// Whether the step keeps rows from standing beside each other.
bool sets_apart(const DeferredStep& step) noexcept {
  return step.kind == DeferredStep::Kind::exclusion ||
         (step.kind == DeferredStep::Kind::index && step.unique);
}

/// The decided rows of one table side by side, where the table's unique indexes and exclusion
/// constraints can be asked about them without a look at what is in the target already.
class Trial {
 public:
  Trial(const DecideContext& context, db::TargetSession& session, const plan::TablePlan& table,
        BatchMapper& mapper)
      : context_(context), session_(session), table_(table), mapper_(mapper) {
    table_.side = {"pg_temp", "sluice_decided"};
    // The rows number themselves: where the server puts them says nothing of their order. What the
    // rows do not bring along, it makes as it would in the side table.
    session_.query(
        fmt::format("CREATE TEMPORARY TABLE sluice_decided (LIKE {} INCLUDING DEFAULTS INCLUDING "
                    "GENERATED INCLUDING IDENTITY, {} bigint GENERATED ALWAYS AS IDENTITY)",
                    model::quote_name(Engine::postgresql, table.side), kNumber));
  }
  Trial(const Trial&) = delete;
  Trial& operator=(const Trial&) = delete;
  ~Trial() = default;  // the table goes with drop(), or with the session

  void add(const std::vector<ChosenRow>& rows);
  [[nodiscard]] std::map<std::int64_t, RowRefusal> rivals();
  void drop() { session_.query("DROP TABLE pg_temp.sluice_decided"); }

 private:
  void write(const MappedBatch& mapped, const std::vector<std::int64_t>& ids);
  void add_rivals(const DeferredStep& step, std::map<std::int64_t, RowRefusal>& found);
  [[nodiscard]] std::string value_sql(const std::vector<std::size_t>& columns) const;

  const DecideContext& context_;
  db::TargetSession& session_;
  plan::TablePlan table_;  // the plan's, with the temporary table in the place of the side table
  BatchMapper& mapper_;
  std::vector<std::int64_t> ids_;  // of the rows in the temporary table, in the order of writing
};

void Trial::add(const std::vector<ChosenRow>& rows) {
  std::map<std::int64_t, const Decision*> decisions;
  std::vector<std::int64_t> ids;
  for (const ChosenRow& row : rows) {
    decisions.emplace(row.id, &context_.decisions.entries[row.entry]);
    ids.push_back(row.id);
  }
  db::SourceBatch batch;
  std::vector<const mapping::Overrides*> overrides;
  std::vector<std::int64_t> moving;
  for (const auto& row : ledger::quarantined_sources(session_, context_.run.id, ids)) {
    const Decision& decision = *decisions.at(row.id);
    if (row.kept || decision.verdict == Verdict::leave_behind) continue;
    for (const auto& field : codec::irregular_from_json(row.irregular, moving.size())) {
      batch.irregular.push_back(field);
    }
    batch.rows.append_row(row.row);
    overrides.push_back(decision.verdict == Verdict::set ? &decision.set : nullptr);
    moving.push_back(row.id);
  }
  MappedBatch mapped;
  mapper_.map_decided(batch, overrides, mapped);
  write(mapped, moving);
}

void Trial::write(const MappedBatch& mapped, const std::vector<std::int64_t>& ids) {
  if (!context_.dry_run) session_.begin();
  const RefusedRows refused =
      write_around_refused(session_, table_write(table_), mapped.target, mapped.target.rows(), {});
  if (!context_.dry_run) session_.commit();
  for (std::size_t row = 0; row < mapped.target.rows(); ++row) {
    const bool is_refused = std::ranges::any_of(
        refused.rows, [row](const RefusedRows::Row& other) { return other.row == row; });
    if (!is_refused) ids_.push_back(ids[mapped.origin[row]]);
  }
}

std::map<std::int64_t, RowRefusal> Trial::rivals() {
  std::map<std::int64_t, RowRefusal> found;
  for (const DeferredStep& step : table_.deferred) {
    if (sets_apart(step)) add_rivals(step, found);
  }
  return found;
}

void Trial::add_rivals(const DeferredStep& step, std::map<std::int64_t, RowRefusal>& found) {
  const auto columns = constrained_columns(session_, table_, step.of);
  // Rows that were refused have used up numbers too.
  const auto result = session_.query(fmt::format(
      "SELECT numbered.place, {2} FROM (SELECT {3}, row_number() OVER (ORDER BY {3}) AS place "
      "FROM {0}) AS numbered JOIN {0} s USING ({3}) WHERE {1}",
      model::quote_name(Engine::postgresql, table_.side), violator_condition(table_, step),
      value_sql(columns), kNumber));
  for (const auto& row : result.rows) {
    RowRefusal why;
    why.problem = codec::Problem::key_collision;
    why.column = names_of(table_, columns);
    why.value = row.at(1).value_or("");
    why.message = fmt::format("{}: this file decides the same value for another row", step.of);
    found.try_emplace(ids_.at(std::stoul(row.at(0).value()) - 1), std::move(why));
  }
}

/// What value_of() says of a row, by the server.
std::string Trial::value_sql(const std::vector<std::size_t>& columns) const {
  std::string texts;
  for (const std::size_t column : columns) {
    texts += fmt::format("{}s.{}::text", texts.empty() ? "" : ", ",
                         model::quote_identifier(Engine::postgresql, table_.write[column].name));
  }
  if (columns.empty()) return "''";
  return columns.size() == 1 ? texts : fmt::format("json_build_array({})::text", texts);
}

}  // namespace

std::map<std::int64_t, RowRefusal> find_rivals(const DecideContext& context,
                                               db::TargetSession& session,
                                               const plan::TablePlan& table, BatchMapper& mapper,
                                               const std::vector<std::vector<ChosenRow>>& batches) {
  std::size_t rows = 0;
  for (const auto& batch : batches) rows += batch.size();
  if (rows < 2 || std::ranges::none_of(table.deferred, sets_apart)) return {};
  Trial trial(context, session, table, mapper);
  for (const auto& batch : batches) trial.add(batch);
  auto rivals = trial.rivals();
  trial.drop();
  return rivals;
}

}  // namespace sluice::copy
