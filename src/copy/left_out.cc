#include "copy/left_out.h"

#include <utility>

#include "sluice/codec/json_write.h"

#include "copy/current.h"

namespace sluice::copy {

bool may_be_left_out(const plan::TablePlan& table, const plan::DeferredStep& step,
                     const db::Refusal& refusal) noexcept {
  return table.is_new && step.kind == plan::DeferredStep::Kind::index && !step.unique &&
         refusal.kind == db::Refusal::Kind::row_too_big;
}

void leave_out(const RunContext& run, db::SqlSession& session, const plan::TablePlan& table,
               const plan::DeferredStep& step, const db::Refusal& refusal) {
  codec::JsonWriter body;
  body.begin_object();
  body.member("index", step.of);
  body.member("reason", refusal.message);
  body.member("table", table.source.text());
  body.member("table_no", table.number);
  body.end_object();
  session.begin();
  require_current(session, run);
  ledger::append_event_within(session, run.run.id, "index-left-out", body.take());
  session.commit();
}

plan::TablePlan as_built(const plan::TablePlan& table,
                         const std::vector<ledger::LeftOutIndex>& left_out) {
  plan::TablePlan built = table;
  for (const ledger::LeftOutIndex& index : left_out) {
    if (index.table_no == table.number) built = plan::without_index(std::move(built), index.name);
  }
  return built;
}

}  // namespace sluice::copy
