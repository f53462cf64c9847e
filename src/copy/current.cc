#include "copy/current.h"

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"

namespace sluice::copy {

void require_current(db::SqlSession& session, const RunContext& run) {
  if (ledger::is_current(session, run.process_id)) return;
  throw model::Error(
      model::ErrorKind::locked,
      fmt::format("run {} was taken over by another process while this one stood still",
                  run.run.id),
      "nothing is lost: sluice status shows who works on it");
}

void name_run(db::SqlSession& session, const RunContext& run) {
  session.query("SELECT pg_catalog.set_config('sluice.run_id', $1, true)", {run.run.id});
}

}  // namespace sluice::copy
