#pragma once

#include <string>

#include "sluice/db/sql_session.h"

namespace sluice::cutover {

/// A text that is another one whenever a committed change of the catalogue could make a look at a
/// swap come out otherwise: rows of all catalogues that the look reads, and the transactions that
/// wrote them. What the session itself does to names of indexes and of their constraints does not
/// show. Costs one statement that reads these catalogues through: much less than the look.
[[nodiscard]] std::string catalog_state(db::SqlSession& session);

}  // namespace sluice::cutover
