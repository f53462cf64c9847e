#pragma once

#include <array>
#include <cstdint>
#include <map>
#include <memory>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"

/// The proof: for each source row that reached the target as it is, the hash of its key and the
/// hash of the row. Says of any row of the source whether it was proved, whether it is one that was
/// proved and has changed since, or whether it is another one. manifest.md has the format.
namespace sluice::manifest {

/// First 128 bits of the run's row hash (same algorithm and seed) of the key's fields as a row form
/// tuple of their own, in key order, in the plan's carriers.
struct KeyHash {
  std::uint64_t high = 0;
  std::uint64_t low = 0;
  friend auto operator<=>(const KeyHash&, const KeyHash&) = default;
};

struct Entry {
  KeyHash key;
  codec::RowHash row;  ///< of the source row as the plan reads it
};

/// Hashes keys of many rows without allocating for each. For one thread.
class KeyHasher {
 public:
  /// Of a row of the plan's read form; `key`: indexes of its fields, in key order, at
  /// least one. Throws Error{data} where the row is none, or has no such field.
  [[nodiscard]] KeyHash hash(codec::RowHasher& hasher, std::string_view row,
                             std::span<const std::size_t> key);

 private:
  std::vector<codec::Field> fields_;
  codec::RowBuffer tuple_;
};
/// The same once.
[[nodiscard]] KeyHash hash_key(codec::RowHasher& hasher, std::string_view row,
                               std::span<const std::size_t> key);

/// Writes a proof: entries of one table after the other, in any order within a table. Memory is
/// bounded: entries are spilled to files beside `path` and sorted part by part. add() may be called
/// by several threads at once. Throws Error{storage}.
class ProofWriter {
 public:
  ProofWriter(const std::string& path, codec::DigestAlgorithm algorithm);
  ProofWriter(const ProofWriter&) = delete;
  ProofWriter& operator=(const ProofWriter&) = delete;
  ~ProofWriter();  ///< without finish(): nothing is left behind

  /// Tables come by number, ascending.
  void begin_table(int number);
  void add(std::span<const Entry> entries);
  struct Place {
    std::uint64_t first_entry = 0;
    std::uint64_t entries = 0;
  };
  /// Sorts the table's entries into the file. Two entries of one key: Error{data}.
  Place end_table();
  struct Finished {
    std::string sha256;
    std::uint64_t bytes = 0;
  };
  /// Durably under its own name; a file that bears it already stays, and is Error{storage}.
  Finished finish();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// Reads one that was checked against its SHA-256 (throws Error{approval} where it is another).
/// The file is mapped, not held: many rows cost no memory. Safe from several threads.
class Proof {
 public:
  Proof(const std::string& path, const std::string& sha256, codec::DigestAlgorithm algorithm);
  Proof(Proof&&) noexcept;
  Proof& operator=(Proof&&) noexcept;
  ~Proof();
  /// The hash that the row of this key was proved with, among a table's entries.
  [[nodiscard]] std::optional<codec::RowHash> find(const ProofWriter::Place& table,
                                                   const KeyHash& key) const;
  /// By table number, as the file itself says it.
  [[nodiscard]] const std::map<int, ProofWriter::Place>& places() const noexcept;
  /// Of all tables, in the file's order. REQUIRES: number < the sum of all places.
  [[nodiscard]] Entry entry(std::uint64_t number) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace sluice::manifest
