#include "manifest/sorted_entries.h"

#include <algorithm>
#include <cstring>
#include <memory>
#include <queue>
#include <utility>

#include "sluice/model/error.h"

#include "manifest/proof_format.h"

namespace sluice::manifest {
namespace {

/// Entries are handed on in pieces of this many bytes.
constexpr std::size_t kOutBytes = std::size_t{1} << 20;
/// For all runs of a merge together: ten thousand million rows are about forty thousand runs.
constexpr std::size_t kMergeBytes = std::size_t{64} << 20;
/// Of one run at least and at most: smaller readings cost more than they save, larger ones gain
/// nothing.
constexpr std::size_t kLeastRunEntries = 32;
constexpr std::size_t kMostRunEntries = std::size_t{1} << 13;

[[noreturn]] void fail_twice() {
  throw model::Error(model::ErrorKind::data,
                     "two source rows of one table have the same key: its key is not unique",
                     "look at the key that the plan names for the table");
}

/// Hands on entries in pieces, and refuses two of one key that follow each other.
class Out {
 public:
  Out(const SortedEntries::TakeBytes& take, std::size_t entry_bytes)
      : take_(take), entry_bytes_(entry_bytes) {}

  /// Room for one entry.
  char* next() {
    if (bytes_.size() + entry_bytes_ > kOutBytes) flush();
    bytes_.resize(bytes_.size() + entry_bytes_);
    return bytes_.data() + bytes_.size() - entry_bytes_;
  }
  void check(const char* entry) {
    if (has_last_ && std::memcmp(last_, entry, kKeyBytes) == 0) fail_twice();
    std::memcpy(last_, entry, kKeyBytes);
    has_last_ = true;
  }
  void flush() {
    if (!bytes_.empty()) take_(bytes_);
    bytes_.clear();
  }

 private:
  const SortedEntries::TakeBytes& take_;
  std::size_t entry_bytes_;
  std::string bytes_;
  char last_[kKeyBytes] = {};
  bool has_last_ = false;
};

/// One run while it is merged.
class RunReader {
 public:
  RunReader(const os::SpillFile& file, std::uint64_t offset, std::uint64_t bytes,
            std::size_t entry_bytes, std::size_t entries)
      : file_(file),
        offset_(offset),
        end_(offset + bytes),
        entry_bytes_(entry_bytes),
        buffer_(entry_bytes * entries, '\0') {
    fill();
  }
  [[nodiscard]] bool done() const noexcept { return at_ == filled_; }
  [[nodiscard]] const char* entry() const noexcept { return buffer_.data() + at_; }
  void advance() {
    at_ += entry_bytes_;
    if (at_ == filled_) fill();
  }

 private:
  void fill() {
    at_ = 0;
    filled_ = static_cast<std::size_t>(std::min<std::uint64_t>(buffer_.size(), end_ - offset_));
    if (filled_ == 0) return;
    file_.read(offset_, buffer_.data(), filled_);
    offset_ += filled_;
  }

  const os::SpillFile& file_;
  std::uint64_t offset_;
  std::uint64_t end_;
  std::size_t entry_bytes_;
  std::string buffer_;
  std::size_t at_ = 0;
  std::size_t filled_ = 0;
};

}  // namespace

SortedEntries::SortedEntries(std::string directory, codec::DigestAlgorithm algorithm,
                             std::size_t in_memory)
    : directory_(std::move(directory)),
      words_(hash_words(algorithm)),
      entry_bytes_(entry_bytes(algorithm)),
      in_memory_(in_memory) {}

void SortedEntries::add(std::span<const Entry> entries) {
  std::vector<Entry> full;
  {
    const os::Lock lock(mutex_);
    count_ += entries.size();
    pending_.insert(pending_.end(), entries.begin(), entries.end());
    if (pending_.size() < in_memory_) return;
    full.swap(pending_);
    pending_.reserve(in_memory_ + entries.size());
  }
  // Whoever fills a run sorts it, while the others go on.
  spill(std::move(full));
}

void SortedEntries::spill(std::vector<Entry> entries) {
  std::string bytes;
  bytes.reserve(entries.size() * entry_bytes_);
  write_sorted(std::move(entries), [&bytes](std::string_view some) { bytes.append(some); });
  const os::Lock lock(file_mutex_);
  if (!file_) file_.emplace(directory_);
  runs_.push_back({file_->size(), bytes.size()});
  file_->append(bytes);
}

void SortedEntries::write_sorted(std::vector<Entry> entries, const TakeBytes& take) const {
  std::sort(entries.begin(), entries.end(),
            [](const Entry& a, const Entry& b) { return a.key < b.key; });
  Out out(take, entry_bytes_);
  for (const Entry& entry : entries) {
    char* const to = out.next();
    store_entry(entry, words_, to);
    out.check(to);
  }
  out.flush();
}

std::uint64_t SortedEntries::drain(const TakeBytes& take) {
  std::vector<Entry> rest;
  std::uint64_t count = 0;
  {
    const os::Lock lock(mutex_);
    rest.swap(pending_);
    count = std::exchange(count_, 0);
  }
  bool one_run = false;
  {
    const os::Lock lock(file_mutex_);
    one_run = runs_.empty();
  }
  if (one_run) {
    write_sorted(std::move(rest), take);
    return count;
  }
  spill(std::move(rest));
  merge(take);
  return count;
}

void SortedEntries::merge(const TakeBytes& take) {
  const os::Lock lock(file_mutex_);
  const std::size_t share = kMergeBytes / entry_bytes_ / runs_.size();
  const std::size_t entries = std::clamp(share, kLeastRunEntries, kMostRunEntries);
  std::vector<std::unique_ptr<RunReader>> readers;
  const auto is_later = [](const RunReader* a, const RunReader* b) {
    return std::memcmp(a->entry(), b->entry(), kKeyBytes) > 0;
  };
  std::priority_queue<RunReader*, std::vector<RunReader*>, decltype(is_later)> queue(is_later);
  for (const Run& run : runs_) {
    readers.push_back(
        std::make_unique<RunReader>(*file_, run.offset, run.bytes, entry_bytes_, entries));
    if (!readers.back()->done()) queue.push(readers.back().get());
  }
  Out out(take, entry_bytes_);
  while (!queue.empty()) {
    RunReader* const first = queue.top();
    queue.pop();
    char* const to = out.next();
    std::memcpy(to, first->entry(), entry_bytes_);
    out.check(to);
    first->advance();
    if (!first->done()) queue.push(first);
  }
  out.flush();
  runs_.clear();
  file_->clear();
}

}  // namespace sluice::manifest
