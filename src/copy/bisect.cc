#include "copy/bisect.h"

#include <utility>

#include "sluice/os/kill_point.h"

namespace sluice::copy {
namespace {

class Bisection {
 public:
  Bisection(db::TargetSession& session, const db::TableWrite& table, const codec::RowBuffer& rows,
            std::size_t limit, const std::stop_token& stop)
      : session_(session), table_(table), rows_(rows), limit_(limit), stop_(stop) {}

  /// Writes rows [first, first + count).
  void write(std::size_t first, std::size_t count) {
    if (!found_.complete) return;
    if (stop_.stop_requested()) {
      found_.complete = false;
      return;
    }
    session_.query("SAVEPOINT sluice_part");
    auto refusal = session_.write(table_, rows_, first, count);
    SLUICE_KILL_POINT("in_bisect");
    if (!refusal) {
      session_.query("RELEASE SAVEPOINT sluice_part");
      return;
    }
    session_.query("ROLLBACK TO SAVEPOINT sluice_part; RELEASE SAVEPOINT sluice_part");
    if (count == 1) return take_out(first, std::move(*refusal));
    const std::size_t half = count / 2;
    write(first, half);
    write(first + half, count - half);
  }
  [[nodiscard]] RefusedRows take() { return std::move(found_); }

 private:
  void take_out(std::size_t row, db::Refusal refusal) {
    found_.rows.push_back({row, std::move(refusal)});
    found_.complete = found_.rows.size() <= limit_;
  }

  db::TargetSession& session_;
  const db::TableWrite& table_;
  const codec::RowBuffer& rows_;
  std::size_t limit_;
  const std::stop_token& stop_;
  RefusedRows found_;
};

}  // namespace

RefusedRows write_around_refused(db::TargetSession& session, const db::TableWrite& table,
                                 const codec::RowBuffer& rows, std::size_t limit,
                                 const std::stop_token& stop) {
  Bisection bisection(session, table, rows, limit, stop);
  if (!rows.empty()) bisection.write(0, rows.rows());
  return bisection.take();
}

}  // namespace sluice::copy
