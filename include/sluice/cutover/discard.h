#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/cutover/cutover.h"

/// Dropping what a run has left in the target. Never automatic, never CASCADE, and only tables
/// that the ledger proves to be the run's.
namespace sluice::cutover {

/// A table that a run has left behind.
struct Leftover {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in ledgers and in JSON.
  enum class What : std::uint8_t {
    kept,  // the old rows of a run that is cut over: the only way back
    side,  // of a run that is not cut over; its companion tables too
    lost,  // rows that a rollback took from applications
  };
  What what{};
  model::QualifiedName name;
  std::int64_t oid = 0;
  std::uint64_t rows = 0;   // counted
  std::uint64_t bytes = 0;  // with indexes and TOAST; of no weight: it changes by itself
};
[[nodiscard]] std::string_view to_string(Leftover::What what) noexcept;

/// Those that are there. A side table is the run's by its plan and by its mark, the others by name
/// and oid in the chain of events; what bears such a name and is not is left out. Counts rows.
[[nodiscard]] std::vector<Leftover> leftovers(db::SqlSession& session, const plan::Plan& plan,
                                              const ledger::Run& run);
[[nodiscard]] std::vector<std::string> drop_sql(const std::vector<Leftover>& leftovers);

/// What an approval of a discard is about.
struct Drop {
  ledger::Run run;
  plan::Plan plan;
  std::string operator_name;
  bool give_up_way_back = false;  // kept tables of a run that is cut over
  /// Exactly these, with these rows; absent: whatever there is of the run.
  std::optional<std::vector<Leftover>> tables;
};

/// What stands against dropping these: the only way back where nobody has given it up, rows that a
/// rollback took away and no archive has, and side tables once a retire has begun, because the rows
/// that it deleted may be nowhere else.
[[nodiscard]] std::vector<model::Finding> discard_findings(db::SqlSession& session,
                                                           const ledger::Run& run,
                                                           const std::vector<Leftover>& tables,
                                                           bool give_up_way_back);

/// Drops them in one transaction. Refused where discard_findings() has any, where the tables are
/// not exactly those that were agreed to, where a person's stop is in force; and where anything
/// else needs one of them (throws the server's Error). `evidence`: as CutoverOptions::evidence.
[[nodiscard]] Result discard(const approve::Approved<Drop>& drop, db::SqlSession& session,
                             const OpenSession& reopen, const std::string& evidence,
                             std::vector<Leftover>& dropped);

/// Canonical JSON of an object: the body of a document of kind discard, of a Drop with tables.
[[nodiscard]] std::string to_json(const Drop& drop);
/// The exact inverse, for that run. Throws Error where it is anything else.
[[nodiscard]] Drop drop_from_json(const std::string& body, const Request& request);

}  // namespace sluice::cutover
