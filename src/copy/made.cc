#include "copy/made.h"

#include <algorithm>

#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"

#include "copy/place_rows.h"

namespace sluice::copy {
namespace {

using model::pg::quoted;

std::int64_t oid_of(const std::optional<std::string>& text) { return std::stoll(text.value()); }

}  // namespace

void record_made(db::SqlSession& ledger, const std::string& run_id, const char* kind,
                 const model::QualifiedName& name) {
  const auto oid = ledger.query("SELECT to_regclass($1)::oid", {quoted(name)});
  ledger::record_made(ledger, run_id, kind, {quoted(name), oid_of(oid.value())});
}

std::vector<model::QualifiedName> made_by(db::SqlSession& ledger, const std::string& run_id,
                                          const char* kind,
                                          const std::vector<model::QualifiedName>& names) {
  std::vector<model::QualifiedName> made;
  if (names.empty()) return made;
  const auto recorded = ledger::made_relations(ledger, run_id, kind);
  if (recorded.empty()) return made;
  const auto there =
      ledger.query("SELECT w.place, to_regclass(w.name)::oid FROM (VALUES " + rows_of(names) +
                   ") AS w(place, name) WHERE to_regclass(w.name) IS NOT NULL ORDER BY 1");
  for (const auto& row : there.rows) {
    const model::QualifiedName& name = names.at(place(row.at(0)));
    const ledger::MadeRelation relation{quoted(name), oid_of(row.at(1))};
    if (std::ranges::find(recorded, relation) != recorded.end()) made.push_back(name);
  }
  return made;
}

}  // namespace sluice::copy
