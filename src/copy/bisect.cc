#include "copy/bisect.h"

#include <utility>

#include "sluice/os/kill_point.h"

namespace sluice::copy {
namespace {

class Bisection {
 public:
  Bisection(db::TargetSession& session, const db::TableWrite& table, const codec::RowBuffer& rows,
            std::size_t limit)
      : session_(session), table_(table), rows_(rows), limit_(limit) {}

  /// Writes rows [first, first + count). False when the limit is passed.
  bool write(std::size_t first, std::size_t count) {
    session_.query("SAVEPOINT sluice_part");
    const auto refusal = session_.write(table_, rows_, first, count);
    SLUICE_KILL_POINT("in_bisect");
    if (!refusal) {
      session_.query("RELEASE SAVEPOINT sluice_part");
      return true;
    }
    session_.query("ROLLBACK TO SAVEPOINT sluice_part; RELEASE SAVEPOINT sluice_part");
    if (count == 1) {
      refused_.push_back({first, *refusal});
      return refused_.size() <= limit_;
    }
    const std::size_t half = count / 2;
    return write(first, half) && write(first + half, count - half);
  }
  [[nodiscard]] std::vector<BatchMapper::RefusedRow> take() { return std::move(refused_); }

 private:
  db::TargetSession& session_;
  const db::TableWrite& table_;
  const codec::RowBuffer& rows_;
  std::size_t limit_;
  std::vector<BatchMapper::RefusedRow> refused_;
};

}  // namespace

std::optional<std::vector<BatchMapper::RefusedRow>> write_around_refused(
    db::TargetSession& session, const db::TableWrite& table, const codec::RowBuffer& rows,
    std::size_t limit) {
  Bisection bisection(session, table, rows, limit);
  if (rows.rows() != 0 && !bisection.write(0, rows.rows())) return std::nullopt;
  return bisection.take();
}

}  // namespace sluice::copy
