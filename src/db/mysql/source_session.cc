#include "db/mysql/source_session.h"

#include <algorithm>
#include <cstdint>
#include <exception>
#include <optional>
#include <span>
#include <utility>

#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/row_form.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/mysql/dialect.h"
#include "db/mysql/literals.h"
#include "db/mysql/range_sql.h"
#include "db/mysql/row_reader.h"

namespace sluice::db::mysql {
namespace {

[[noreturn]] void fail(const std::string& message) {
  throw model::Error(model::ErrorKind::internal, message);
}

/// One index of a table, as far as it matters for reading in key order.
struct IndexColumns {
  std::string name;
  std::vector<std::string> columns;
  std::optional<std::string> order;  // A or D
  bool gives_order = true;  // no prefix of a text, and all parts in one direction or its reverse
};

std::vector<IndexColumns> read_indexes(Connection& connection, const model::QualifiedName& table) {
  // The primary key comes first, unique ones follow.
  const QueryResult result =
      connection.query("SHOW INDEX FROM " + model::quote_name(model::Engine::mysql, table));
  constexpr std::size_t kName = 2;
  constexpr std::size_t kColumn = 4;
  constexpr std::size_t kCollation = 5;
  constexpr std::size_t kPrefix = 7;
  std::vector<IndexColumns> indexes;
  for (std::size_t i = 0; i < result.rows.size(); ++i) {
    const auto& row = result.rows[i];
    if (!is_usable_index(result, i)) continue;
    const std::string name = row.at(kName).value_or("");
    if (indexes.empty() || indexes.back().name != name) {
      IndexColumns index;
      index.name = name;
      indexes.push_back(std::move(index));
    }
    indexes.back().columns.push_back(row.at(kColumn).value_or(""));
    IndexColumns& index = indexes.back();
    if (index.columns.size() == 1) index.order = row.at(kCollation);
    if (row.at(kCollation) != index.order || row.at(kPrefix)) index.gives_order = false;
  }
  return indexes;
}

/// A key with such bytes cannot be asked for: the server would take the question for another key,
/// and rows would be read twice or never.
void check_key(const TableRead& table, std::string_view row,
               std::span<const codec::Irregular> irregular) {
  using codec::Problem;
  for (const codec::Irregular& one : irregular) {
    if (one.problem != Problem::no_character && one.problem != Problem::invalid_utf8) continue;
    if (std::find(table.key.begin(), table.key.end(), one.column) == table.key.end()) continue;
    std::vector<codec::Field> fields;
    codec::parse_fields(row, fields);
    throw model::Error(model::ErrorKind::data,
                       "reading " + table.table.text() + ": key column " +
                           table.columns[one.column].name + " holds the bytes " +
                           codec::to_hex(fields.at(one.column).bytes) + ", which are no text in " +
                           table.columns[one.column].type.charset,
                       "mend the value in the source, or leave the table");
  }
}

/// The key of the row, each value as the canonical text of its carrier, or as its raw text where it
/// is irregular.
model::Key key_of(const TableRead& table, std::string_view row,
                  const std::vector<codec::Irregular>& irregular) {
  std::vector<codec::Field> fields;
  codec::parse_fields(row, fields);
  model::Key key;
  for (const std::size_t column : table.key) {
    const codec::Field& field = fields.at(column);
    if (field.null) fail("key column " + table.columns[column].name + " holds NULL");
    bool raw = false;
    for (const codec::Irregular& one : irregular) raw = raw || one.column == column;
    std::string text;
    if (raw) {
      text = field.bytes;
    } else if (!codec::to_text(table.columns[column].carrier, field.bytes, text)) {
      fail("the key of " + table.table.text() + " cannot be printed");
    }
    key.values.push_back(std::move(text));
  }
  return key;
}

}  // namespace

/// One row ahead: the row after a batch says where the next batch begins.
class SnapshotSession::Stream final : public RowStream {
 public:
  Stream(SnapshotSession& session, const TableRead& table, const model::KeyRange& range,
         const std::string& index)
      : session_(session),
        table_(table),
        by_key_(range.kind == model::RangeKind::key),
        rows_(!by_key_ && range.lower ? count_of(*range.lower) : 0) {
    const auto statement = [&](const std::vector<std::string>& expressions) {
      return select_range(table_, range, index, expressions);
    };
    reader_.emplace(session.connection_, table_, statement, "reading");
    session_.streaming_ = true;
  }
  Stream(const Stream&) = delete;
  Stream& operator=(const Stream&) = delete;
  ~Stream() override {
    if (reader_) abandon();
  }

  bool read(SourceBatch& out, std::size_t byte_budget) override {
    out.rows.clear();
    out.irregular.clear();
    out.next.reset();
    if (!begin_batch(out)) return false;
    while (out.rows.byte_count() < byte_budget) {
      if (!next(out.rows, out.irregular)) return true;
    }
    rows_ += out.rows.rows();
    if (next(ahead_, ahead_irregular_)) out.next = next_key();
    return true;
  }

 private:
  /// Of a whole table the count of rows so far.
  [[nodiscard]] model::Key next_key() const {
    return by_key_ ? key_of(table_, ahead_.row(0), ahead_irregular_)
                   : model::Key{{std::to_string(rows_)}};
  }

  /// The row that was read ahead, or the first of all.
  bool begin_batch(SourceBatch& out) {
    if (ahead_.empty()) return next(out.rows, out.irregular);
    out.rows.append_row(ahead_.row(0));
    out.irregular.insert(out.irregular.end(), ahead_irregular_.begin(), ahead_irregular_.end());
    ahead_.clear();
    ahead_irregular_.clear();
    return true;
  }

  bool next(codec::RowBuffer& rows, std::vector<codec::Irregular>& irregular) {
    if (failed_) fail("the stream of " + table_.table.text() + " has failed before");
    if (!reader_) return false;
    failed_ =
        true;  // until the row is whole: the client would say next time that there are no more
    const std::size_t known = irregular.size();
    const bool found = reader_->next(rows, irregular);
    if (irregular.size() > known) {
      check_key(table_, rows.row(rows.rows() - 1), std::span(irregular).subspan(known));
    }
    failed_ = false;
    if (!found) end();
    return found;
  }

  void end() noexcept {
    reader_.reset();
    session_.streaming_ = false;
  }

  /// Without KILL QUERY the client would have to read every row that is left. The statement that
  /// follows takes a kill which came too late; the snapshot stays.
  void abandon() noexcept {
    session_.connection_.cancel();
    end();
    try {
      session_.connection_.query("DO 0");
    } catch (const std::exception&) {
      // Killed in place of the stream, or the connection is gone, which the next statement will
      // say.
    }
  }

  SnapshotSession& session_;
  TableRead table_;
  bool by_key_;
  bool failed_ = false;
  std::uint64_t rows_;
  std::optional<RowReader> reader_;  // until the range is exhausted
  codec::RowBuffer ahead_;
  std::vector<codec::Irregular> ahead_irregular_;
};

SnapshotSession::SnapshotSession(const ConnectSettings& settings)
    : connection_(settings), sql_(connection_) {}

std::unique_ptr<RowStream> SnapshotSession::read(const TableRead& table,
                                                 const model::KeyRange& range) {
  if (streaming_) fail("a session runs one stream at a time");
  if (range.kind == model::RangeKind::ctid) fail("ctid ranges are PostgreSQL's");
  const bool by_key = range.kind == model::RangeKind::key;
  if (by_key && table.key.empty()) fail(table.table.text() + " has no key to be read by");
  const std::string index = by_key ? key_index(table) : std::string();
  return std::make_unique<Stream>(*this, table, range, index);
}

const std::string& SnapshotSession::key_index(const TableRead& table) {
  std::vector<std::string> key{table.table.schema, table.table.table};
  for (const std::size_t i : table.key) key.push_back(table.columns.at(i).name);
  const auto [entry, is_new] = key_indexes_.try_emplace(key);
  if (!is_new) return entry->second;
  const std::vector<std::string> columns(key.begin() + 2, key.end());
  for (const IndexColumns& index : read_indexes(connection_, table.table)) {
    if (index.gives_order && index.columns == columns) {
      entry->second = index.name;
      break;
    }
  }
  return entry->second;
}

QueryResult SnapshotSession::Sql::query(std::string_view sql,
                                        const std::vector<Parameter>& parameters) {
  return connection_.query(parameters.empty() ? std::string(sql) : bind_literals(sql, parameters));
}

void SnapshotSession::Sql::begin() { fail("a snapshot's session is inside its transaction"); }

void SnapshotSession::Sql::commit() { fail("a snapshot's transaction is not the caller's to end"); }

}  // namespace sluice::db::mysql
