#include "sluice/db/source.h"

namespace sluice::db {

Moved moved(model::Engine engine, const SnapshotInfo& before, const SnapshotInfo& after) {
  // Every engine writes positions so that equal texts mean that nothing was committed in between,
  // and any other text that something may have been. Where a server cannot promise that, it gives
  // none. Only what stands in the text differs.
  static_cast<void>(engine);
  if (before.position.empty() || after.position.empty()) return Moved::unknown;
  return before.position == after.position ? Moved::no : Moved::yes;
}

}  // namespace sluice::db
