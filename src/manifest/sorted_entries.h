#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "sluice/manifest/proof.h"
#include "sluice/os/mutex.h"
#include "sluice/os/new_file.h"

namespace sluice::manifest {

/// Entries that come in any order and are given back by key hash. At most so many are in memory;
/// more go to a file without a name, in sorted runs that are merged at the end.
class SortedEntries {
 public:
  /// `directory`: on whose disk. `in_memory`: entries of a run.
  SortedEntries(std::string directory, codec::DigestAlgorithm algorithm, std::size_t in_memory);

  /// Safe from several threads.
  void add(std::span<const Entry> entries);

  /// Called with entries in their bytes, some at a time.
  using TakeBytes = std::function<void(std::string_view bytes)>;
  /// Gives all of them in order, forgets them, and returns how many they were. Two of one key:
  /// Error{data}. REQUIRES: nobody is adding.
  std::uint64_t drain(const TakeBytes& take);

 private:
  struct Run {
    std::uint64_t offset = 0;
    std::uint64_t bytes = 0;
  };

  void spill(std::vector<Entry> entries);
  void write_sorted(std::vector<Entry> entries, const TakeBytes& take) const;
  void merge(const TakeBytes& take);

  const std::string directory_;
  const std::size_t words_;
  const std::size_t entry_bytes_;
  const std::size_t in_memory_;
  os::Mutex mutex_;
  std::vector<Entry> pending_ SLUICE_GUARDED_BY(mutex_);
  std::uint64_t count_ SLUICE_GUARDED_BY(mutex_) = 0;
  os::Mutex file_mutex_;
  std::optional<os::SpillFile> file_ SLUICE_GUARDED_BY(file_mutex_);
  std::vector<Run> runs_ SLUICE_GUARDED_BY(file_mutex_);
};

}  // namespace sluice::manifest
