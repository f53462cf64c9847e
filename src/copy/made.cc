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

std::vector<std::optional<std::string>> oids_of(db::SqlSession& session,
                                                const std::vector<model::QualifiedName>& names) {
  std::vector<std::optional<std::string>> oids(names.size());
  if (names.empty()) return oids;
  const auto there = session.query("SELECT w.place, to_regclass(w.name)::oid FROM (VALUES " +
                                   rows_of(names) + ") AS w(place, name)");
  for (const auto& row : there.rows) oids.at(place(row.at(0))) = row.at(1);
  return oids;
}

std::vector<model::QualifiedName> made_by(db::SqlSession& ledger, const std::string& run_id,
                                          const char* kind,
                                          const std::vector<model::QualifiedName>& names) {
  std::vector<model::QualifiedName> made;
  const auto recorded = ledger::made_relations(ledger, run_id, kind);
  if (recorded.empty()) return made;
  const auto oids = oids_of(ledger, names);
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (!oids[i]) continue;
    const ledger::MadeRelation relation{quoted(names[i]), oid_of(oids[i])};
    if (std::ranges::find(recorded, relation) != recorded.end()) made.push_back(names[i]);
  }
  return made;
}

}  // namespace sluice::copy
