#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <memory>
#include <optional>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/verification.h"
#include "sluice/mapping/mapper.h"
#include "sluice/os/mutex.h"

namespace sluice::verify {

/// What the ledger says of a quarantined row.
struct Held {
  ledger::QuarantineState state = ledger::QuarantineState::open;
  std::string reason;            // why the row is in quarantine
  mapping::Overrides overrides;  // of decided
};

/// The quarantined rows of one table, found by the hash of the whole source row, so that tables
/// without a key work too. Equal rows count one by one: of two equal rows one may have arrived and
/// the other been refused. Memory grows with the number of quarantined rows, not with their size.
class HeldRows {
 public:
  /// Reads them from the ledger. `visit` sees each row once, for other figures about them.
  HeldRows(db::SqlSession& ledger, const std::string& run_id, int table_no,
           const codec::RowHasher& hasher,
           const std::function<void(const ledger::HeldRow&)>& visit = nullptr);

  /// Begins to count from new: before each reading of the source.
  void begin_reading();
  /// Takes one held row that equals a source row; nullptr where none is (or is left). Valid as long
  /// as this. May be called from all workers.
  [[nodiscard]] const Held* take(const codec::RowHash& row) { return take(slots_, row); }
  /// The same for rows of the live table that were to be kept.
  [[nodiscard]] const Held* take_kept(const codec::RowHash& row) { return take(kept_slots_, row); }
  /// Held source rows that none has matched since begin_reading(): the source has changed.
  [[nodiscard]] std::uint64_t unmatched() const;

 private:
  struct Slot {
    std::vector<Held> rows;
    std::size_t next = 0;  // guarded by mutex_
  };
  using Slots = std::unordered_map<codec::RowHash, Slot>;

  [[nodiscard]] const Held* take(Slots& slots, const codec::RowHash& row);

  Slots slots_;
  Slots kept_slots_;
  mutable os::Mutex mutex_;
};

}  // namespace sluice::verify
