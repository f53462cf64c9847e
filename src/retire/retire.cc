#include "sluice/retire/retire.h"

#include <utility>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/archive/writer.h"
#include "sluice/model/error.h"
#include "sluice/os/kill_point.h"

#include "retire/archive_head.h"
#include "retire/consumed.h"
#include "retire/removal_session.h"
#include "retire/remover.h"
#include "retire/walk.h"

namespace sluice::retire {
namespace {

void require_consumed_table(db::SqlSession& session) {
  const char* const hint = "sluice grants --side retire prints the SQL that makes it";
  if (!has_consumed_table(session)) {
    throw model::Error(model::ErrorKind::config,
                       "the source has no table sluice.consumed, which says what was deleted",
                       hint);
  }
  if (!is_kept(session)) {
    throw model::Error(model::ErrorKind::config,
                       "what is written to sluice.consumed is not kept with what is deleted: it is "
                       "unlogged, or its engine has no transactions",
                       hint);
  }
}

void refuse_used(Consumed consumed) {
  if (!consumed.is_finished()) return;
  throw model::Error(model::ErrorKind::approval,
                     "this manifest has been used: all of its rows are gone",
                     "what is to go now has to be verified and signed anew");
}

bool refers_to_itself(const Setting& setting, const Retiring& table) {
  const model::Table* const now = setting.catalog.find(table.plan->source);
  if (now == nullptr) return false;
  for (const model::ForeignKey& key : now->foreign_keys) {
    if (key.referenced == table.plan->source) return true;
  }
  return false;
}

class Retirement {
 public:
  Retirement(const Request& request, const Setting& setting, const std::stop_token& stop,
             const OnProgress& progress)
      : request_(request),
        setting_(setting),
        stop_(stop),
        progress_(progress),
        session_(setting.source, setting.manifest_sha256) {}

  Result run() {
    require_consumed_table(session_.rows());
    refuse_used(session_.consumed());
    SLUICE_KILL_POINT("retire-begun");
    Result result;
    if (!is_finished(setting_, request_.proposal.archive, session_.consumed())) {
      archive::Writer archive =
          archive::Writer::open(request_.proposal.archive, archive_head(setting_, request_));
      for (const Retiring& table : setting_.tables) {
        if (stop_.stop_requested()) break;
        result.tables.push_back(retire_table(table, archive));
        SLUICE_KILL_POINT("retire-table-done");
      }
      result.stopped = stop_.stop_requested();
      if (!is_whole(result)) return result;
      archive.finish();
      SLUICE_KILL_POINT("retire-archive-finished");
    }
    // The archive was whole before: only this was missing.
    session_.consumed().finish();
    SLUICE_KILL_POINT("retire-finished");
    result.finished = true;
    return result;
  }

 private:
  TableResult retire_table(const Retiring& table, archive::Writer& archive) {
    const RowForms forms = forms_of(setting_, table);
    Remover remover(setting_, request_, table, forms, session_, archive, stop_);
    remover.settle();
    const bool again = refers_to_itself(setting_, table);
    // Rows that others of the same table refer to go when those are gone.
    for (std::uint64_t before = 0;; before = remover.result().deleted) {
      remover.begin_pass();
      walk(setting_, table, forms, stop_, [&](Batch& batch) {
        const bool on = remover.take(batch);
        report(table, remover.result());
        return on;
      });
      const TableResult& result = remover.result();
      const bool moved_on = result.deleted > before;
      if (!again || !moved_on || result.referenced == 0) break;
      if (!result.stopped.empty() || stop_.stop_requested()) break;
    }
    say_what_stays(remover.result());
    return remover.result();
  }

  static void say_what_stays(TableResult& result) {
    if (!result.stopped.empty() || result.referenced == 0) return;
    result.stopped =
        fmt::format("{} rows stay because other rows refer to them", result.referenced);
  }

  void report(const Retiring& table, const TableResult& result) {
    if (progress_) {
      progress_({table.plan->source.text(), result.consumed, table.proved->entries});
    }
  }

  [[nodiscard]] bool is_whole(const Result& result) const {
    if (result.stopped || result.tables.size() != setting_.tables.size()) return false;
    for (const TableResult& table : result.tables) {
      if (!table.stopped.empty()) return false;
    }
    return true;
  }

  const Request& request_;
  const Setting& setting_;
  const std::stop_token& stop_;
  const OnProgress& progress_;
  RemovalSession session_;
};

}  // namespace

Result retire(const approve::Approved<Request>& request, const Setting& setting,
              const std::stop_token& stop, const OnProgress& progress) {
  return Retirement(*request, setting, stop, progress).run();
}

}  // namespace sluice::retire
