#include <algorithm>
#include <utility>

#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"
#include "sluice/retire/retire.h"

#include "retire/consumed.h"
#include "retire/finder.h"
#include "retire/walk.h"

namespace sluice::retire {
namespace {

void add(const Batch& batch, TableSurvey& table) {
  table.rows += batch.keys.size();
  table.digest.merge(batch.digest);
  table.not_proved += batch.not_proved;
  table.source_changed += batch.source_changed;
  for (const RowNote& note : batch.changed) {
    if (table.changed.size() < kMaxNotes) table.changed.push_back(note);
  }
  table.target_changed += batch.count(Partner::changed);
  for (std::size_t i = 0; i < batch.keys.size(); ++i) {
    if (batch.partners[i] != Partner::gone) continue;
    ++table.target_gone;
    table.target_gone_keys.push_back(key_json(batch.keys[i]));
  }
}

/// Rows that earlier calls of the manifest have deleted.
std::uint64_t consumed_rows(const Setting& setting, int table_no) {
  const auto session = db::open_session(setting.source, db::Purpose::catalog);
  if (!has_consumed_table(*session)) return 0;
  return Consumed(*session, setting.manifest_sha256).sum(table_no, "").rows;
}

}  // namespace

std::vector<TableSurvey> survey(const Setting& setting, const std::stop_token& stop,
                                const OnProgress& progress) {
  std::vector<TableSurvey> all;
  for (const Retiring& table : setting.tables) {
    TableSurvey& found = all.emplace_back();
    found.number = table.plan->number;
    found.source = table.plan->source;
    found.target = table.plan->target;
    found.digest = codec::RowSetDigest(setting.algorithm);
    const RowForms forms = forms_of(setting, table);
    std::uint64_t seen = 0;
    walk(setting, table, forms, stop, [&](Batch& batch) {
      add(batch, found);
      seen += batch.seen;
      if (progress) progress({found.source.text(), seen, table.proved->entries});
      return true;
    });
    if (stop.stop_requested()) {
      throw model::Error(model::ErrorKind::interrupted, "the look at the rows was stopped",
                         "nothing was written: start it again");
    }
    std::sort(found.target_gone_keys.begin(), found.target_gone_keys.end());
    // Rows may go between the two looks; the number is for people.
    const std::uint64_t known =
        found.rows + found.source_changed + consumed_rows(setting, found.number);
    found.source_gone = table.proved->entries - std::min(known, table.proved->entries);
  }
  return all;
}

std::vector<std::string> statements_of(const Setting& setting) {
  constexpr std::size_t kKeys = 3;
  std::vector<std::string> statements;
  for (const Retiring& table : setting.tables) {
    const RowForms forms = forms_of(setting, table);
    // The first batch that has any.
    walk(setting, table, forms, {}, [&](Batch& batch) {
      if (batch.keys.empty()) return true;
      const std::span<const model::Key> keys(batch.keys);
      const std::string sql = db::removal_sql(setting.catalog.server.engine, forms.read,
                                              keys.first(std::min(kKeys, keys.size())));
      statements.push_back(
          "-- batch by batch, each by the list of its keys, of which the first are shown:\n" + sql +
          ";\n");
      return false;
    });
  }
  return statements;
}

bool is_used_up(db::SqlSession& source, const std::string& manifest_sha256) {
  return has_consumed_table(source) && Consumed(source, manifest_sha256).is_finished();
}

}  // namespace sluice::retire
