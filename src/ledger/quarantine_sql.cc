#include "ledger/quarantine_sql.h"

#include <utility>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

namespace sluice::ledger {

std::string QuarantineWhere::add(db::Parameter value) {
  parameters.push_back(std::move(value));
  return "$" + std::to_string(parameters.size());
}

QuarantineWhere where_of(const QuarantineFilter& filter) {
  QuarantineWhere where;
  where.sql = "q.run_id = " + where.add(filter.run_id);
  const auto equal = [&where](const char* column, const char* type, db::Parameter value) {
    where.sql += std::string(" AND q.") + column + " = " + where.add(std::move(value)) + type;
  };
  if (filter.table_no) equal("table_no", "::int", std::to_string(*filter.table_no));
  if (filter.range_no) equal("range_no", "::int", std::to_string(*filter.range_no));
  if (filter.batch_no) equal("batch_no", "::int", std::to_string(*filter.batch_no));
  if (filter.id) equal("quarantine_id", "::bigint", std::to_string(*filter.id));
  if (filter.source_key) equal("source_key", "::text", *filter.source_key);
  if (filter.column) equal("column_name", "::text", *filter.column);
  if (filter.reason) equal("reason", "::text", *filter.reason);
  if (filter.value) equal("raw_value", "::bytea", bytea_text(*filter.value));
  if (filter.state) equal("state", "::text", to_string(*filter.state));
  return where;
}

std::string id_array(const std::vector<std::int64_t>& ids) {
  std::string text = "{";
  for (const std::int64_t id : ids) {
    if (text.size() > 1) text += ',';
    text += std::to_string(id);
  }
  return text + "}";
}

std::string bytea_text(const std::string& bytes) { return "\\x" + codec::to_hex(bytes); }

std::string bytes_of_hex(const std::string& digits) {
  std::string bytes;
  if (!codec::append_from_hex(digits, bytes)) {
    throw model::Error(model::ErrorKind::data, "the ledger holds a value that is not hex");
  }
  return bytes;
}

}  // namespace sluice::ledger
