#include "db/pg/stream.h"

#include <algorithm>
#include <optional>
#include <utility>

#include "sluice/codec/convert.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

#include "db/pg/copy_out.h"
#include "db/pg/read_sql.h"
#include "db/pg/stream_scope.h"

namespace sluice::db::pg {
namespace {

using codec::Carrier;

void clear(SourceBatch& batch) {
  batch.rows.clear();
  batch.irregular.clear();
  batch.next.reset();
}

model::Key key_of(const TableRead& table, std::string_view tuple) {
  std::vector<codec::Field> fields;
  codec::parse_fields(tuple, fields);
  model::Key key;
  for (const std::size_t index : table.key) {
    std::string& text = key.values.emplace_back();
    if (fields.at(index).null ||
        !codec::to_text(table.columns[index].carrier, fields[index].bytes, text)) {
      throw model::Error(model::ErrorKind::data,
                         "a key of " + table.table.text() + " is NULL or cannot be read");
    }
  }
  return key;
}

/// Finds texts that are none, which only a database of encoding SQL_ASCII can hold.
class TextCheck {
 public:
  TextCheck(const TableRead& table, const ServerTraits& server) {
    if (!server.sql_ascii) return;
    for (const ReadColumn& column : table.columns) {
      is_text_.push_back(column.carrier == Carrier::text || column.carrier == Carrier::json ||
                         column.carrier == Carrier::jsonb);
    }
  }

  void check(std::string_view tuple, SourceBatch& batch) const {
    if (is_text_.empty()) return;
    codec::FieldReader reader(tuple);
    for (std::size_t i = 0; i < is_text_.size(); ++i) {
      const codec::Field field = reader.next();
      if (!is_text_[i] || field.null) continue;
      const codec::Problem problem = codec::check_text(field.bytes);
      if (problem == codec::Problem::none) continue;
      batch.irregular.push_back({batch.rows.rows(), static_cast<std::uint16_t>(i), problem});
    }
  }

 private:
  std::vector<bool> is_text_;  // empty: nothing to check
};

/// A stream that has failed never looks like one that has ended, nor like one that goes on.
class CheckedStream : public RowStream {
 public:
  bool read(SourceBatch& out, std::size_t byte_budget) final {
    if (failed_)
      throw model::Error(model::ErrorKind::internal, "a stream that has failed was read again");
    failed_ = true;
    clear(out);
    const bool found = fill(out, byte_budget);
    failed_ = false;
    return found;
  }

 private:
  virtual bool fill(SourceBatch& out, std::size_t byte_budget) = 0;
  bool failed_ = false;
};

/// One COPY for the whole range, cut anywhere: the row that no longer fits is the next batch's
/// first. In key order, by ctid where each row brings its own, or as the rows come.
class CursorStream : public CheckedStream {
 public:
  CursorStream(Connection& connection, std::unique_ptr<StreamScope> scope, const TableRead& table,
               const model::KeyRange& range, bool only)
      : table_(table),
        kind_(range.kind),
        scope_(std::move(scope)),
        text_check_(table, connection.server()),
        copy_(connection, select_sql(table, range, only, with_ctid())) {
    step();
  }

 private:
  bool fill(SourceBatch& out, std::size_t byte_budget) override {
    while (has_row_) {
      const std::string_view row(copy_.data(), row_bytes_);
      if (!out.rows.empty() && out.rows.byte_count() + row.size() > byte_budget) {
        out.next = place_of(row);
        return true;
      }
      text_check_.check(row, out);
      out.rows.append_row(row);
      step();
    }
    return !out.rows.empty();
  }

  // A tid's field: its length, a block of 4 bytes, a line of 2.
  static constexpr std::size_t kCtidBytes = 4 + 4 + 2;

  [[nodiscard]] WithCtid with_ctid() const {
    return kind_ == model::RangeKind::ctid ? WithCtid::yes : WithCtid::no;
  }

  void step() {
    has_row_ = copy_.next();
    row_bytes_ = copy_.size();
    if (!has_row_) return;
    ++rows_;
    if (kind_ != model::RangeKind::ctid) return;
    row_bytes_ -= kCtidBytes;
    check_order();
    codec::store_big_endian(copy_.data(), static_cast<std::uint16_t>(table_.columns.size()));
  }

  /// A cut says that all before it has been read, which is true only in the order of the heap.
  void check_order() {
    const char* tid = copy_.data() + row_bytes_ + 4;
    const std::uint64_t place = (std::uint64_t{codec::load_big_endian<std::uint32_t>(tid)} << 16) |
                                codec::load_big_endian<std::uint16_t>(tid + 4);
    if (rows_ > 1 && place <= last_place_) {
      throw model::Error(model::ErrorKind::internal,
                         "the server gave rows of " + table_.table.text() + " out of heap order");
    }
    last_place_ = place;
  }

  [[nodiscard]] model::Key place_of(std::string_view row) const {
    if (kind_ == model::RangeKind::key) return key_of(table_, row);
    if (kind_ == model::RangeKind::whole) return {{std::to_string(rows_ - 1)}};
    const char* tid = row.data() + row.size() + 4;
    return {{"(" + std::to_string(codec::load_big_endian<std::uint32_t>(tid)) + "," +
             std::to_string(codec::load_big_endian<std::uint16_t>(tid + 4)) + ")"}};
  }

  TableRead table_;
  model::RangeKind kind_;
  std::unique_ptr<StreamScope> scope_;  // must outlive copy_
  TextCheck text_check_;
  CopyOut copy_;
  bool has_row_ = false;
  std::size_t row_bytes_ = 0;
  std::uint64_t rows_ = 0;
  std::uint64_t last_place_ = 0;  // of ctid: block and line of the row before
};

/// By ctid, a COPY for each step of blocks: a ctid beside every row would cost the server a quarter
/// more on narrow rows. Only for tables whose rows lie in their blocks, so that a step is about as
/// large as it looks. A step that has rows is begun before the batch before it is given away: so
/// `next` always leads to a row, and the server works meanwhile.
class BlockStream : public CheckedStream {
 public:
  BlockStream(Connection& connection, std::unique_ptr<StreamScope> scope, const TableRead& table,
              const model::KeyRange& range, std::uint64_t blocks)
      : connection_(connection),
        table_(table),
        scope_(std::move(scope)),
        text_check_(table, connection.server()),
        rest_(range),
        blocks_(blocks) {}

 private:
  bool fill(SourceBatch& out, std::size_t byte_budget) override {
    if (!copy_) begin_step(byte_budget);
    while (has_row_) {
      if (step_bytes_ == 0 && is_full(out, byte_budget)) {
        out.next = step_lower_;
        break;
      }
      take_row(out);
      if (!has_row_)
        begin_step(is_full(out, byte_budget) ? byte_budget : byte_budget - out.rows.byte_count());
    }
    return !out.rows.empty();
  }

  // Steps adapt to what is there; the first one only has to be harmless where blocks unpack to much
  // more than their size.
  static constexpr std::size_t kFirstGuess = std::size_t{32} << 10;
  // Half of a block: full blocks of the narrowest rows yield that much, and after a desert of empty
  // ones a step must not be so large that full ones fill the memory.
  static constexpr std::size_t kLeast = std::size_t{4} << 10;

  /// Full at seven eighths: the next step would be a round trip for a handful of blocks.
  static bool is_full(const SourceBatch& batch, std::size_t byte_budget) {
    return !batch.rows.empty() && batch.rows.byte_count() >= byte_budget - byte_budget / 8;
  }

  void take_row(SourceBatch& out) {
    const std::string_view row(copy_->data(), copy_->size());
    text_check_.check(row, out);
    out.rows.append_row(row);
    step_bytes_ += row.size();
    has_row_ = copy_->next();
    if (!has_row_)
      bytes_a_block_ = std::max({kLeast, step_bytes_ / step_blocks_, bytes_a_block_ / 2});
  }

  /// Goes to the next step that has rows; none is left where has_row_ is false then.
  void begin_step(std::size_t bytes) {
    while (!has_row_ && !done_) {
      step_blocks_ = std::max<std::uint64_t>(1, bytes / bytes_a_block_);
      step_bytes_ = 0;
      const model::KeyRange range = cut_step();
      copy_.reset();  // the connection carries one COPY at a time
      copy_ = std::make_unique<CopyOut>(connection_, select_sql(table_, range, true, WithCtid::no));
      has_row_ = copy_->next();
      if (!has_row_) bytes_a_block_ = std::max(kLeast, bytes_a_block_ / 2);
    }
  }

  /// Takes the next step_blocks_ blocks off rest_. The last step has the range's own end, which may
  /// be open or lie inside a block.
  model::KeyRange cut_step() {
    const std::uint64_t first = rest_.lower ? block_of(*rest_.lower) : 0;
    const std::uint64_t end = rest_.upper ? block_of(*rest_.upper) : blocks_;
    model::KeyRange range = rest_;
    step_lower_ = rest_.lower;
    done_ = step_blocks_ >= end || first >= end - step_blocks_;
    if (!done_) range.upper = model::Key{{ctid_text(first + step_blocks_)}};
    rest_.lower = range.upper;
    return range;
  }

  static std::uint64_t block_of(const model::Key& ctid) {
    return std::stoull(ctid.values.at(0).substr(1));
  }

  Connection& connection_;
  TableRead table_;
  std::unique_ptr<StreamScope> scope_;  // must outlive copy_
  TextCheck text_check_;
  model::KeyRange rest_;  // what no step has been cut from yet
  std::uint64_t blocks_;
  std::size_t bytes_a_block_ = kFirstGuess;
  bool done_ = false;  // nothing is left in rest_
  std::unique_ptr<CopyOut> copy_;
  bool has_row_ = false;
  std::optional<model::Key> step_lower_;
  std::uint64_t step_blocks_ = 1;
  std::size_t step_bytes_ = 0;  // taken of the step so far
};

}  // namespace

std::unique_ptr<RowStream> open_stream(Connection& connection, const TableRead& table,
                                       const model::KeyRange& range) {
  // Before the first question: one that waits too long for a lock must not cost the snapshot.
  auto scope = std::make_unique<StreamScope>(connection, table, range.kind);
  const HeapFacts heap = read_heap_facts(connection, table.table);
  if (range.kind == model::RangeKind::ctid && !heap.is_heap) {
    throw model::Error(model::ErrorKind::internal,
                       table.table.text() + " has no heap of its own to read by ctid");
  }
  // Before 14 every step would read the whole table.
  const bool by_steps = range.kind == model::RangeKind::ctid && !heap.has_large_values &&
                        connection.server().version >= 140000;
  if (by_steps)
    return std::make_unique<BlockStream>(connection, std::move(scope), table, range, heap.blocks);
  return std::make_unique<CursorStream>(connection, std::move(scope), table, range, heap.is_heap);
}

}  // namespace sluice::db::pg
