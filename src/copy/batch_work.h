#pragma once

#include <cstddef>
#include <memory>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"
#include "sluice/ledger/records.h"
#include "sluice/pipeline/slot_pool.h"

#include "copy/range_flow.h"

namespace sluice::copy {

/// A batch on its way from a reader to a writer: the rows as read and the place in the ledger that
/// they will take. Reused through a SlotPool, so its buffers keep their memory.
struct BatchWork {
  db::SourceBatch source;
  ledger::Claim claim;
  int batch_no = 0;
  model::KeyRange range;  // what the batch covers
  std::shared_ptr<RangeFlow> flow;
};

using BatchPool = pipeline::SlotPool<BatchWork>;
using BatchSlot = BatchPool::Slot;

}  // namespace sluice::copy
