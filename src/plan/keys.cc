#include "plan/keys.h"

#include <algorithm>
#include <cmath>
#include <functional>
#include <optional>

#include "sluice/codec/mysql_types.h"
#include "sluice/codec/pg_types.h"

namespace sluice::plan {
namespace {

/// Below this, reading in key order jumps about in the heap so much that reading by heap blocks is
/// faster.
constexpr double kOrderlyCorrelation = 0.9;

using Accepts = std::function<bool(const model::Column&)>;

bool is_key(const model::Table& table, const model::Index& index, const Accepts& accepts) {
  if (!index.unique || !index.valid || index.partial || index.parts.empty()) return false;
  return std::ranges::all_of(index.parts, [&](const model::IndexPart& part) {
    if (part.column.empty() || part.prefix_length) return false;
    const model::Column* column = table.find_column(part.column);
    return column != nullptr && !column->nullable && accepts(*column);
  });
}

std::vector<std::string> columns_of(const model::Index& index) {
  std::vector<std::string> columns;
  for (const model::IndexPart& part : index.parts) columns.push_back(part.column);
  return columns;
}

/// The first index that is a key: the primary one, then by name.
const model::Index* first_key(const model::Table& table, const Accepts& accepts) {
  const model::Index* best = nullptr;
  for (const model::Index& index : table.indexes) {
    if (!is_key(table, index, accepts)) continue;
    if (index.primary) return &index;
    if (best == nullptr || index.name < best->name) best = &index;
  }
  return best;
}

void note_text_key(const model::Table& table, const model::Index& key, Findings& findings) {
  const model::Column& first = *table.find_column(key.parts.front().column);
  if (mysql_key_carrier(first.type) != codec::Carrier::text) return;
  const bool is_uuid = codec::mysql_kind(first.type) == codec::MysqlKind::uuid;
  findings.note("text-key", table.name.text() + "." + first.name,
                std::string("the key begins with ") + (is_uuid ? "uuid" : "text") +
                    ", whose order only the server knows: the table may be read in one stream");
}

bool is_usable(const model::Column& column) {
  return codec::mysql_can_key(column.type, mysql_key_carrier(column.type));
}

/// Whoever asks for a key names it in Unicode: of other character sets there may be values that
/// cannot be named.
bool is_always_named(const model::Column& column) {
  const std::string& charset = column.type.charset;
  return charset.empty() || charset == "latin1" || codec::is_mysql_unicode(charset);
}

const model::Index* first_mysql_key(const model::Table& table) {
  const model::Index* const best = first_key(table, [](const model::Column& column) {
    return is_usable(column) && is_always_named(column);
  });
  return best != nullptr ? best : first_key(table, is_usable);
}

void look_at_key_charsets(const model::Table& table, const model::Index& key, Findings& findings) {
  for (const model::IndexPart& part : key.parts) {
    const model::Column& column = *table.find_column(part.column);
    if (is_always_named(column)) continue;
    findings.warning("key-charset", table.name.text() + "." + part.column,
                     "the key is text in " + column.type.charset +
                         ": a value with bytes that are no character there stops the copy of "
                         "the table",
                     "look for such values, or convert the column to utf8mb4");
  }
}

SourceKey mysql_key(const model::Table& table, config::ReadBy read, Findings& findings) {
  const std::string where = table.name.text();
  if (read == config::ReadBy::ctid) {
    findings.error("read-order", where, "only PostgreSQL tables can be read by ctid",
                   "leave \"read\" out, or say \"key\"");
  }
  const model::Index* key = first_mysql_key(table);
  if (key != nullptr) {
    note_text_key(table, *key, findings);
    look_at_key_charsets(table, *key, findings);
    return {columns_of(*key), model::RangeKind::key};
  }
  constexpr const char* kNone =
      "no primary or unique key with whole NOT NULL columns that sort as they compare (not float, "
      "bit, enum, set, json, inet)";
  if (read == config::ReadBy::key) {
    findings.error("no-usable-key", where, kNone,
                   "leave \"read\" out: the table is then read in one stream");
  }
  findings.note("no-key", where,
                std::string(kNone) +
                    ": it is read in one stream, compared as a bag of rows, copied anew when the "
                    "source may have changed after an interruption, and a row in quarantine has no "
                    "name");
  return {{}, model::RangeKind::whole};
}

/// Types whose order is the same everywhere and that a range can be cut at.
bool cuts_well(const model::Column& column) {
  switch (codec::carrier_for_pg_column(column.type).carrier) {
    case codec::Carrier::int2:
    case codec::Carrier::int4:
    case codec::Carrier::int8:
    case codec::Carrier::uuid:
      return true;
    default:
      return false;
  }
}

bool reads_well_by_key(const model::Table& table, const std::vector<std::string>& key) {
  const bool cuts = std::ranges::all_of(
      key, [&table](const std::string& column) { return cuts_well(*table.find_column(column)); });
  return cuts && std::abs(table.key_correlation.value_or(1.0)) >= kOrderlyCorrelation;
}

SourceKey pg_key(const model::Table& table, config::ReadBy read, Findings& findings) {
  const std::string where = table.name.text();
  const model::Index* index = first_key(table, [](const model::Column&) { return true; });
  SourceKey key;
  if (index != nullptr) key.columns = columns_of(*index);
  if (key.columns.empty() && read == config::ReadBy::key) {
    findings.error("no-usable-key", where,
                   "no primary key and no unique key whose columns are all NOT NULL",
                   "leave \"read\" out: the table is then read by heap blocks");
  }
  if (key.columns.empty()) {
    findings.note("no-key", where,
                  "has no key: it is read by heap blocks, compared as a bag of rows, and a row in "
                  "quarantine has no name");
  }
  const bool by_key =
      read == config::ReadBy::key || (read == config::ReadBy::automatic && !key.columns.empty() &&
                                      reads_well_by_key(table, key.columns));
  key.order = by_key ? model::RangeKind::key : model::RangeKind::ctid;
  if (!by_key) {
    findings.note("read-by-blocks", where,
                  "is read by heap blocks: after an interruption, what the source may have changed "
                  "since is copied again as a whole",
                  key.columns.empty() ? "" : "say \"read\": \"key\" to read in key order");
  }
  return key;
}

}  // namespace

SourceKey choose_source_key(model::Engine engine, const model::Table& table, config::ReadBy read,
                            Findings& findings) {
  return model::is_mysql_family(engine) ? mysql_key(table, read, findings)
                                        : pg_key(table, read, findings);
}

codec::Carrier mysql_key_carrier(const model::ColumnType& type) {
  return codec::mysql_kind(type) == codec::MysqlKind::uuid ? codec::Carrier::text
                                                           : codec::carrier_for_mysql_type(type);
}

std::vector<std::size_t> choose_target_key(const model::Table& table,
                                           const std::vector<TargetField>& write) {
  const auto written = [&write](const model::Column& column) {
    return std::ranges::find(write, column.name, &TargetField::name) != write.end();
  };
  const model::Index* index = first_key(table, written);
  if (index == nullptr) return {};
  std::vector<std::size_t> key;
  for (const model::IndexPart& part : index->parts) {
    const auto field = std::ranges::find(write, part.column, &TargetField::name);
    key.push_back(static_cast<std::size_t>(field - write.begin()));
  }
  return key;
}

}  // namespace sluice::plan
