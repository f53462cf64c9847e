#include "plan/names.h"

namespace sluice::plan {

model::QualifiedName side_statistics(const model::QualifiedName& live,
                                     const model::QualifiedName& side) {
  return {side.schema, derived_name(live.table, kSideSuffix)};
}

}  // namespace sluice::plan
