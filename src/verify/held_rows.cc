#include "verify/held_rows.h"

#include "sluice/codec/json_read.h"
#include "sluice/model/error.h"

namespace sluice::verify {
namespace {

/// Rows of a page: a page of rows with large texts must not count in the tool's memory.
constexpr int kPageRows = 50;

}  // namespace

HeldRows::HeldRows(db::SqlSession& ledger, const std::string& run_id, int table_no,
                   const codec::RowHasher& hasher,
                   const std::function<void(const ledger::HeldRow&)>& visit) {
  codec::RowHasher own(hasher);
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::held_rows(ledger, run_id, table_no, last, kPageRows);
    for (const ledger::HeldRow& row : page) {
      Held held;
      held.state = row.state;
      held.reason = row.reason;
      if (row.state == ledger::QuarantineState::decided) {
        held.overrides = mapping::overrides_from_json(row.decision);
      }
      Slots& slots = row.kept ? kept_slots_ : slots_;
      slots[own.hash(row.row)].rows.push_back(std::move(held));
      last = row.id;
      if (visit) visit(row);
    }
    if (page.size() < static_cast<std::size_t>(kPageRows)) return;
  }
}

void HeldRows::begin_reading() {
  const os::Lock lock(mutex_);
  for (auto& [hash, slot] : slots_) slot.next = 0;
  for (auto& [hash, slot] : kept_slots_) slot.next = 0;
}

const Held* HeldRows::take(Slots& slots, const codec::RowHash& row) {
  if (slots.empty()) return nullptr;
  const auto found = slots.find(row);
  if (found == slots.end()) return nullptr;
  const os::Lock lock(mutex_);
  Slot& slot = found->second;
  return slot.next < slot.rows.size() ? &slot.rows[slot.next++] : nullptr;
}

std::uint64_t HeldRows::unmatched() const {
  const os::Lock lock(mutex_);
  std::uint64_t left = 0;
  for (const auto& [hash, slot] : slots_) left += slot.rows.size() - slot.next;
  return left;
}

}  // namespace sluice::verify
