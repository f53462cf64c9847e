#pragma once

#include <cstdint>
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
  std::uint64_t bytes = 0;  // with indexes and TOAST
};
[[nodiscard]] std::string_view to_string(Leftover::What what) noexcept;

/// Those that are there. A side table is the run's by its plan and by its mark, the others by name
/// and oid in the chain of events; what bears such a name and is not is left out. Counts rows.
[[nodiscard]] std::vector<Leftover> leftovers(db::SqlSession& session, const plan::Plan& plan,
                                              const ledger::Run& run);
[[nodiscard]] std::vector<std::string> drop_sql(const std::vector<Leftover>& leftovers);

struct DiscardOptions {
  bool give_up_way_back = false;  // kept tables of a run that is cut over
};
/// Drops them in one transaction. Refused where the only way back is among them and nobody has said
/// so, and where anything else needs one of them (throws the server's Error).
[[nodiscard]] Result discard(const approve::Approved<Request>& request, db::SqlSession& session,
                             const DiscardOptions& options, std::vector<Leftover>& dropped);

}  // namespace sluice::cutover
