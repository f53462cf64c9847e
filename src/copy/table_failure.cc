#include "copy/table_failure.h"

#include "sluice/codec/json_write.h"
#include "sluice/ledger/ledger.h"

#include "copy/current.h"

namespace sluice::copy {

bool sinks_only_its_table(const model::Error& error) noexcept {
  if (error.retry() != model::Retry::never) return false;
  if (dynamic_cast<const model::NotOpened*>(&error) != nullptr) return false;
  switch (error.kind()) {
    case model::ErrorKind::data:
    case model::ErrorKind::config:
    case model::ErrorKind::not_comparable:
    case model::ErrorKind::drift:  // a table that was dropped or altered meanwhile
      return true;
    default:
      return false;
  }
}

bool concerns_the_run(const model::Error& error) noexcept {
  return error.retry() == model::Retry::new_session || error.kind() == model::ErrorKind::locked ||
         error.kind() == model::ErrorKind::storage;
}

void fail_table(db::SqlSession& ledger, const RunContext& run, int table_no,
                const model::Error& error) {
  ledger.rollback();
  ledger.begin();
  require_current(ledger, run);
  ledger::set_table_state(ledger, run.run.id, table_no, ledger::TableState::failed, error.what());
  codec::JsonWriter body;
  body.begin_object();
  body.member("reason", std::string(error.what()));
  body.member("table", run.table(table_no).source.text());
  body.end_object();
  ledger::append_event_within(ledger, run.run.id, "table-failed", body.take());
  ledger.commit();
}

std::set<model::QualifiedName> failed_sides(const RunContext& run, db::SqlSession& ledger) {
  std::set<model::QualifiedName> sides;
  for (const ledger::RunTable& table : ledger::run_tables(ledger, run.run.id)) {
    if (table.state == ledger::TableState::failed) sides.insert(run.table(table.number).side);
  }
  return sides;
}

}  // namespace sluice::copy
