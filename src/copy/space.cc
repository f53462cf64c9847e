#include "sluice/copy/space.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

namespace sluice::copy {
namespace {

constexpr std::uint64_t kMebibyte = 1 << 20;

/// Keys and indexes of business tables take about half of what their rows take; PostgreSQL's sort
/// files for building them come and go one index at a time.
constexpr std::uint64_t with_indexes(std::uint64_t row_bytes) { return row_bytes + row_bytes / 2; }

std::uint64_t bytes_to_copy(const RunContext& run, db::SqlSession& target) {
  std::uint64_t bytes = 0;
  for (const ledger::RunTable& table : ledger::run_tables(target, run.run.id)) {
    const std::uint64_t done = run.progress.table(table.number).bytes_before;
    if (table.estimated_bytes > done) bytes += table.estimated_bytes - done;
  }
  return bytes;
}

}  // namespace

void check_space(const RunContext& run, db::SqlSession& target, std::uint64_t more_bytes) {
  if (run.options.min_free_bytes == 0) return;
  const db::Storage storage = db::read_storage(target);
  if (!storage.free_bytes || *storage.free_bytes >= run.options.min_free_bytes + more_bytes) return;
  const std::string wanted =
      more_bytes == 0 ? "" : fmt::format("about {} MiB to be written and ", more_bytes / kMebibyte);
  run.stop.request(
      model::ErrorKind::storage,
      fmt::format("the target has {} MiB free, less than {}the {} MiB that must stay",
                  *storage.free_bytes / kMebibyte, wanted, run.options.min_free_bytes / kMebibyte));
}

std::uint64_t space_needed(const RunContext& run, db::SqlSession& target) {
  const std::uint64_t written = with_indexes(bytes_to_copy(run, target));
  return written + std::min(written, db::read_storage(target).max_wal_bytes);
}

std::optional<std::uint64_t> unseen_space(const RunContext& run, db::SqlSession& target) {
  if (run.options.min_free_bytes == 0 || db::read_storage(target).free_bytes) return std::nullopt;
  return space_needed(run, target) + run.options.min_free_bytes;
}

}  // namespace sluice::copy
