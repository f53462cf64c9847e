#pragma once

#include <cstddef>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"

namespace sluice::copy {

/// Somebody's object without which a table cannot be dropped: a view, a table with a foreign key,
/// an inheriting table, a function, a partition; and what it is a partition of itself.
struct Holder {
  std::size_t held = 0;       // its place among the tables that were asked about
  model::QualifiedName name;  // of a relation
  std::string text;           // for people
};

/// Of those of the tables that are there, in one question. Their own parts are none.
[[nodiscard]] std::vector<Holder> holders_of(db::SqlSession& session,
                                             const std::vector<model::QualifiedName>& tables);

}  // namespace sluice::copy
