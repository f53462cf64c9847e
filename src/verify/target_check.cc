#include <fmt/format.h>

#include "verify/column_facts.h"
#include "verify/row_feed.h"
#include "verify/table_check.h"
#include "verify/table_reads.h"

namespace sluice::verify {

TableReport check_target_only(const CheckContext& context, const plan::TablePlan& table,
                              const TableRecord& record) {
  const ledger::Account& account = record.account;
  TableReport report = begin_report(table);
  codec::RowSetDigest written = account.target;
  written.merge(account.existing);
  const db::TableRead side = target_read(table, table.side);
  context.reporter.begin_stage("target", written.count());
  const codec::RowSetDigest found =
      feed_actual(context.target, side, cut_target(context.target, side, account.bytes),
                  context.hasher, nullptr);
  report.source_rows = account.read.count();
  report.expected_rows = written.count();
  report.target_rows = found.count();
  report.existing = account.existing.count();
  report.quarantined = account.all_open();
  report.decided = account.decided;
  report.left_behind = account.all_left_behind();
  report.filtered = account.filtered.count();
  report.target_changed = found != written;
  report.digest = found.to_text();
  report.columns_not_compared = columns_not_compared(
      table, model::Engine::postgresql, "the target computes it, and only the target was read");
  if (*report.target_changed) {
    report.outcome = Outcome::different;
    report.reason = found.count() == written.count()
                        ? "the target's rows are not those that were written"
                        : fmt::format("{} rows were written, the target holds {}", written.count(),
                                      found.count());
  } else {
    conclude_from_record(table, record, report);
  }
  if (table.rest) {
    const db::TableRead read = rest_read(table);
    const codec::RowSetDigest rest =
        feed_actual(context.target, read, cut_target(context.target, read, account.bytes),
                    context.hasher, nullptr);
    report.rest =
        RestReport{table.rest->text(), Outcome::equal, account.rest.count(), rest.count(), {}, {}};
    if (rest != account.rest) report.rest->outcome = Outcome::different;
  }
  return report;
}

}  // namespace sluice::verify
