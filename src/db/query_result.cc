#include "sluice/db/sql_session.h"
#include "sluice/model/error.h"

namespace sluice::db {

const std::string& QueryResult::value() const {
  if (rows.size() != 1 || rows[0].size() != 1) {
    throw model::Error(model::ErrorKind::internal, "a query for one value gave " +
                                                       std::to_string(rows.size()) + " rows of " +
                                                       std::to_string(columns.size()) + " columns");
  }
  if (!rows[0][0])
    throw model::Error(model::ErrorKind::internal, "a query for one value gave NULL");
  return *rows[0][0];
}

}  // namespace sluice::db
