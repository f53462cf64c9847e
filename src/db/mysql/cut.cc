// Cutting a table into ranges of about equal numbers of rows, by looking into its index.

#include <algorithm>
#include <charconv>
#include <utility>
#include <vector>

#include "sluice/codec/mysql_types.h"
#include "sluice/codec/uuid.h"
#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/mysql/dialect.h"
#include "db/mysql/key_middle.h"
#include "db/mysql/mysql.h"
#include "db/mysql/range_sql.h"

namespace sluice::db::mysql {
namespace {

/// Cells for each range that is wanted. The cells next to each other are joined afterwards, so that
/// ranges differ by a quarter at most where the estimates are right.
constexpr std::size_t kCellsPerPiece = 4;
/// Each cell costs four short queries; more than this many would take a second.
constexpr std::size_t kMaxCells = 1024;

/// Keys from `first` to `last`, both of which are there, and an estimate of how many.
struct Cell {
  std::string first;
  std::string last;
  double rows = 0;
  bool whole = false;  // cannot be halved
};

/// Questions about the first key column, answered from its index.
class KeyProbe {
 public:
  KeyProbe(SqlSession& sql, const TableRead& table)
      : sql_(sql), column_(table.columns.at(table.key.front())), name_(quoted(column_.name)) {
    from_ = " FROM " + model::quote_name(model::Engine::mysql, table.table);
  }

  [[nodiscard]] const ReadColumn& column() const noexcept { return column_; }

  /// The least key, or the greatest; absent where the table is empty.
  [[nodiscard]] std::optional<std::string> outermost(bool greatest) { return find("", greatest); }
  /// The least key from `at` on.
  [[nodiscard]] std::optional<std::string> next_from(const std::string& at) {
    return find(" WHERE " + name_ + " >= " + key_literal(column_, at), false);
  }
  /// The greatest key before `at`.
  [[nodiscard]] std::optional<std::string> last_before(const std::string& at) {
    return find(" WHERE " + name_ + " < " + key_literal(column_, at), true);
  }
  /// True where a < b in the column's own order.
  [[nodiscard]] bool is_less(const std::string& a, const std::string& b) {
    return sql_.query("SELECT COUNT(*)" + from_ + " WHERE " + name_ + " = " +
                      key_literal(column_, b) + " AND " + name_ + " > " + key_literal(column_, a))
               .value() != "0";
  }
  /// The optimizer's estimate, from two looks into the index.
  [[nodiscard]] double estimate(const std::string& first, const std::string& last) {
    const QueryResult plan = sql_.query(
        explain(sql_.engine()) + " SELECT " + name_ + from_ + " WHERE " + name_ + " BETWEEN " +
        key_literal(column_, first) + " AND " + key_literal(column_, last));
    const auto at = std::find(plan.columns.begin(), plan.columns.end(), "rows");
    if (at == plan.columns.end() || plan.rows.empty()) {
      throw model::Error(model::ErrorKind::internal, "the server's plans do not count rows");
    }
    const auto number = static_cast<std::size_t>(at - plan.columns.begin());
    const std::string text = plan.rows[0].at(number).value_or("");  // NULL: the range is empty
    double rows = 0;
    std::from_chars(text.data(), text.data() + text.size(), rows);
    return std::max(rows, 1.0);
  }

 private:
  [[nodiscard]] std::optional<std::string> find(const std::string& condition, bool greatest) {
    const bool binary = codec::mysql_kind(column_.type) == codec::MysqlKind::binary;
    const QueryResult found =
        sql_.query("SELECT " + (binary ? "HEX(" + name_ + ")" : name_) + from_ + condition +
                   " ORDER BY " + name_ + (greatest ? " DESC" : "") + " LIMIT 1");
    if (found.rows.empty()) return std::nullopt;
    const std::string text = found.rows[0].at(0).value_or("");
    return binary ? binary_text(text) : text;
  }
  /// The canonical text of the carrier, from hexadecimal digits.
  [[nodiscard]] std::string binary_text(std::string digits) const {
    for (char& c : digits) c = c >= 'A' && c <= 'F' ? static_cast<char>(c - 'A' + 'a') : c;
    if (column_.carrier != codec::Carrier::uuid) return "\\x" + digits;
    for (const std::size_t at : {20U, 16U, 12U, 8U}) digits.insert(at, 1, '-');
    return digits;
  }

  SqlSession& sql_;
  const ReadColumn& column_;
  std::string name_;
  std::string from_;
};

/// Halves the cell at a key that is there, near the middle of its keys: gaps are jumped. False
/// where it cannot be halved.
bool halve(KeyProbe& probe, Cell& cell, Cell& upper) {
  const std::optional<std::string> middle = middle_key(probe.column(), cell.first, cell.last);
  if (!middle) return false;
  const std::optional<std::string> start = probe.next_from(*middle);
  // Whatever was guessed, only the server's order counts.
  if (!start || !probe.is_less(cell.first, *start)) return false;
  if (*start != cell.last && !probe.is_less(*start, cell.last)) return false;
  const std::optional<std::string> end = probe.last_before(*start);
  if (!end) return false;
  upper.first = *start;
  upper.last = cell.last;
  cell.last = *end;
  cell.rows = probe.estimate(cell.first, cell.last);
  upper.rows = probe.estimate(upper.first, upper.last);
  return true;
}

/// Halves the largest cell again and again. The cells come out in key order.
std::vector<Cell> cut_cells(KeyProbe& probe, std::size_t wanted) {
  std::vector<Cell> cells;
  const std::optional<std::string> least = probe.outermost(false);
  const std::optional<std::string> greatest = probe.outermost(true);
  if (!least || !greatest) return cells;
  cells.push_back({*least, *greatest, probe.estimate(*least, *greatest), false});
  while (cells.size() < wanted) {
    const auto largest =
        std::max_element(cells.begin(), cells.end(), [](const Cell& a, const Cell& b) {
          return (a.whole ? 0 : a.rows) < (b.whole ? 0 : b.rows);
        });
    if (largest->whole) break;
    Cell upper;
    if (halve(probe, *largest, upper)) {
      cells.insert(largest + 1, std::move(upper));
    } else {
      largest->whole = true;
    }
  }
  return cells;
}

/// Joins cells into ranges of about equal estimates. The first and the last bound are open.
std::vector<model::KeyRange> join_cells(const std::vector<Cell>& cells, std::size_t pieces) {
  double total = 0;
  for (const Cell& cell : cells) total += cell.rows;
  std::vector<model::KeyRange> ranges(1);
  double before = 0;
  for (const Cell& cell : cells) {
    const double full = total * static_cast<double>(ranges.size()) / static_cast<double>(pieces);
    if (before + cell.rows / 2 > full) {
      ranges.back().upper = model::Key{{cell.first}};
      ranges.emplace_back().lower = model::Key{{cell.first}};
    }
    before += cell.rows;
  }
  return ranges;
}

}  // namespace

std::vector<model::KeyRange> cut_ranges(SourceSession& session, const TableRead& table,
                                        model::RangeKind kind, std::size_t pieces) {
  if (kind == model::RangeKind::ctid) {
    throw model::Error(model::ErrorKind::internal, "ctid ranges are PostgreSQL's");
  }
  model::KeyRange everything;
  everything.kind = kind;
  if (kind == model::RangeKind::whole || pieces < 2 || table.key.empty() ||
      !has_middle_keys(table.columns.at(table.key.front()))) {
    return {everything};
  }
  KeyProbe probe(session.sql(), table);
  return join_cells(cut_cells(probe, std::min(pieces * kCellsPerPiece, kMaxCells)), pieces);
}

}  // namespace sluice::db::mysql
