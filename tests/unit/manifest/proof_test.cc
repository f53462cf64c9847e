#include "sluice/manifest/proof.h"

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <random>
#include <string>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>
#include <unistd.h>

#include "sluice/codec/sha256.h"
#include "sluice/manifest/manifest.h"
#include "sluice/model/error.h"

#include "manifest/sorted_entries.h"

namespace sluice::manifest {
namespace {

using codec::DigestAlgorithm;

/// A folder of the test's own.
class Folder {
 public:
  Folder() {
    std::string name = (std::filesystem::temp_directory_path() / "proof-XXXXXX").string();
    path_ = ::mkdtemp(name.data());
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;
  ~Folder() { std::filesystem::remove_all(path_); }
  [[nodiscard]] std::string file(const std::string& name) const { return path_ + "/" + name; }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(std::distance(std::filesystem::directory_iterator(path_), {}));
  }
  [[nodiscard]] const std::string& path() const { return path_; }

 private:
  std::string path_;
};

std::string bytes_of(const std::string& path) {
  std::ifstream in(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(in), {}};
}

void put_bytes(const std::string& path, const std::string& bytes) {
  std::ofstream(path, std::ios::binary | std::ios::trunc) << bytes;
}

std::vector<Entry> entries_of(std::size_t count, std::uint64_t seed) {
  std::mt19937_64 random(seed);
  std::vector<Entry> entries(count);
  for (Entry& entry : entries) {
    entry.key = {random(), random()};
    entry.row.words = {random(), random(), 0, 0};
  }
  return entries;
}

std::string row(std::int32_t number, const std::string& text) {
  codec::RowBuffer rows;
  rows.begin_row(2);
  rows.put_int32(number);
  rows.put_bytes(text);
  rows.end_row();
  return std::string(rows.row(0));
}

TEST_CASE("each row of a proof is found, and no other") {
  const Folder folder;
  const std::string path = folder.file("p");
  const std::size_t count = GENERATE_COPY(values<std::size_t>({0, 1, 2, 17, 1000, 20'000}));
  const std::vector<Entry> entries = entries_of(count, 1);
  ProofWriter::Place place;
  ProofWriter::Finished finished;
  {
    ProofWriter writer(path, DigestAlgorithm::xxh3_128);
    writer.begin_table(3);
    writer.add(entries);
    place = writer.end_table();
    finished = writer.finish();
  }
  CHECK(place.entries == count);
  CHECK(finished.bytes == 32 + 32 * count + 24 + 24);
  CHECK(finished.sha256 == codec::sha256_hex(bytes_of(path)));
  CHECK(folder.files() == 1);
  const Proof proof(path, finished.sha256, DigestAlgorithm::xxh3_128);
  for (const Entry& entry : entries) {
    const auto found = proof.find(place, entry.key);
    REQUIRE(found);
    REQUIRE(*found == entry.row);
    REQUIRE_FALSE(proof.find(place, {entry.key.high, entry.key.low ^ 1}));
    REQUIRE_FALSE(proof.find(place, {entry.key.high ^ 1, entry.key.low}));
  }
  CHECK_FALSE(proof.find(place, {0, 0}));
  CHECK_FALSE(proof.find(place, {~0ULL, ~0ULL}));
}

TEST_CASE("keys that lie badly are found too") {
  const Folder folder;
  std::vector<Entry> entries;
  for (std::uint64_t i = 0; i < 5000; ++i) {
    entries.push_back({{7, i * i}, {{i, 1, 0, 0}}});  // equal in the bits that are interpolated
    entries.push_back({{i < 4999 ? i + 8 : ~0ULL, 1}, {{i, 2, 0, 0}}});
  }
  ProofWriter writer(folder.file("p"), DigestAlgorithm::xxh3_128);
  writer.begin_table(1);
  writer.add(entries);
  const auto place = writer.end_table();
  const Proof proof(folder.file("p"), writer.finish().sha256, DigestAlgorithm::xxh3_128);
  for (const Entry& entry : entries) REQUIRE(proof.find(place, entry.key) == entry.row);
  CHECK_FALSE(proof.find(place, {7, 2}));
}

TEST_CASE("tables of a proof do not see each other's rows") {
  const Folder folder;
  const auto first = entries_of(300, 1);
  const auto second = entries_of(500, 2);
  ProofWriter writer(folder.file("p"), DigestAlgorithm::sha256);
  writer.begin_table(1);
  writer.add(first);
  const auto first_place = writer.end_table();
  writer.begin_table(2);
  const auto empty_place = writer.end_table();
  writer.begin_table(5);
  writer.add(second);
  const auto second_place = writer.end_table();
  const Proof proof(folder.file("p"), writer.finish().sha256, DigestAlgorithm::sha256);
  CHECK(empty_place.entries == 0);
  CHECK(second_place.first_entry == 300);
  CHECK(proof.places().size() == 3);
  CHECK(proof.find(first_place, first[7].key) == first[7].row);
  CHECK_FALSE(proof.find(second_place, first[7].key));
  CHECK_FALSE(proof.find(empty_place, first[7].key));
  CHECK(proof.find(second_place, second[499].key) == second[499].row);
  CHECK_THROWS_AS(proof.find({700, 200}, first[7].key), model::Error);
}

TEST_CASE("a proof larger than memory is merged from runs, whoever added them") {
  const Folder folder;
  const auto entries = entries_of(10'000, 3);
  SortedEntries sorted(folder.path(), DigestAlgorithm::xxh3_128, 512);
  std::vector<std::thread> threads;
  for (std::size_t worker = 0; worker < 4; ++worker) {
    threads.emplace_back([&, worker] {
      for (std::size_t i = worker * 2500; i < (worker + 1) * 2500; i += 100) {
        sorted.add(std::span(entries).subspan(i, 100));
      }
    });
  }
  for (std::thread& thread : threads) thread.join();
  CHECK(folder.files() == 0);  // what is spilled has no name
  std::string bytes;
  CHECK(sorted.drain([&](std::string_view some) { bytes += some; }) == entries.size());
  REQUIRE(bytes.size() == 32 * entries.size());
  bool in_order = true;
  for (std::size_t i = 1; i < entries.size(); ++i) {
    in_order = in_order && bytes.compare((i - 1) * 32, 16, bytes, i * 32, 16) < 0;
  }
  CHECK(in_order);
  // And again, from new.
  sorted.add(std::span(entries).first(700));
  CHECK(sorted.drain([](std::string_view) {}) == 700);
}

TEST_CASE("two rows of one key are refused, in one run and in two") {
  const Folder folder;
  auto entries = entries_of(2000, 4);
  entries.back().key = entries.front().key;
  const std::size_t in_memory = GENERATE(std::size_t{10'000}, std::size_t{100});
  SortedEntries sorted(folder.path(), DigestAlgorithm::xxh3_128, in_memory);
  for (const Entry& entry : entries) sorted.add({&entry, 1});
  try {
    (void)sorted.drain([](std::string_view) {});
    FAIL("taken");
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::data);
  }
}

TEST_CASE("a proof that is not finished leaves nothing") {
  const Folder folder;
  {
    ProofWriter writer(folder.file("p"), DigestAlgorithm::xxh3_128);
    writer.begin_table(1);
    writer.add(entries_of(10, 5));
    (void)writer.end_table();
    CHECK_FALSE(std::filesystem::exists(folder.file("p")));
  }
  CHECK(folder.files() == 0);
}

TEST_CASE("a proof is its owner's, and never replaces a file") {
  const Folder folder;
  ProofWriter first(folder.file("p"), DigestAlgorithm::xxh3_128);
  (void)first.finish();
  const auto rights = std::filesystem::status(folder.file("p")).permissions();
  CHECK(rights == (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  const std::string before = bytes_of(folder.file("p"));
  ProofWriter second(folder.file("p"), DigestAlgorithm::sha256);
  try {
    (void)second.finish();
    FAIL("replaced");
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::storage);
  }
  CHECK(bytes_of(folder.file("p")) == before);
}

TEST_CASE("a changed or cut proof is refused") {
  const Folder folder;
  const std::string path = folder.file("p");
  ProofWriter writer(path, DigestAlgorithm::xxh3_128);
  writer.begin_table(1);
  writer.add(entries_of(3, 6));
  (void)writer.end_table();
  const std::string sha256 = writer.finish().sha256;
  const std::string bytes = bytes_of(path);
  const auto is_refused = [&](const std::string& changed, const std::string& expected) {
    put_bytes(path, changed);
    try {
      const Proof proof(path, expected, DigestAlgorithm::xxh3_128);
    } catch (const model::Error& error) {
      return error.kind() == model::ErrorKind::approval;
    }
    return false;
  };
  CHECK_FALSE(is_refused(bytes, sha256));
  for (std::size_t i = 0; i < bytes.size(); ++i) {
    std::string changed = bytes;
    changed[i] = static_cast<char>(changed[i] ^ 1);
    INFO("byte " << i);
    CHECK(is_refused(changed, sha256));
    // Also where the digest was made anew: what is no entry has to be as it is.
    const bool is_content = i >= 32 && i < 32 + 3 * 32 + 4;  // entries, and the table's number
    CHECK(is_refused(changed, codec::sha256_hex(changed)) != is_content);
  }
  for (std::size_t size = 0; size < bytes.size(); ++size) {
    CHECK(is_refused(bytes.substr(0, size), codec::sha256_hex(bytes.substr(0, size))));
  }
  CHECK(is_refused(bytes + "x", codec::sha256_hex(bytes + "x")));
}

TEST_CASE("a key's hash is of the key alone") {
  const auto algorithm = GENERATE(DigestAlgorithm::xxh3_128, DigestAlgorithm::sha256);
  codec::RowHasher hasher(algorithm, 42);
  const std::size_t first[] = {0};
  const std::size_t both[] = {1, 0};
  KeyHasher keys;
  CHECK(keys.hash(hasher, row(1, "a"), first) == keys.hash(hasher, row(1, "b"), first));
  CHECK(keys.hash(hasher, row(1, "a"), first) != keys.hash(hasher, row(2, "a"), first));
  CHECK(keys.hash(hasher, row(1, "a"), both) != keys.hash(hasher, row(1, "b"), both));
  CHECK(hash_key(hasher, row(1, "a"), both) == keys.hash(hasher, row(1, "a"), both));
  // The tuple of one field: what row_form.md says of it, hashed as a row.
  const codec::RowHash whole = hasher.hash(std::string("\0\1\0\0\0\4\0\0\0\1", 10));
  const std::size_t top = algorithm == DigestAlgorithm::xxh3_128 ? 1 : 3;
  CHECK(keys.hash(hasher, row(1, "a"), first) ==
        KeyHash{whole.words.at(top), whole.words.at(top - 1)});
}

TEST_CASE("a manifest and its proof are held against each other") {
  const Folder folder;
  const auto entries = entries_of(50, 8);
  ProofWriter writer(folder.file("p"), DigestAlgorithm::xxh3_128);
  writer.begin_table(2);
  writer.add(entries);
  const auto place = writer.end_table();
  const Proof proof(folder.file("p"), writer.finish().sha256, DigestAlgorithm::xxh3_128);
  Manifest manifest;
  Table table;
  table.number = 2;
  table.arrived = table.entries = place.entries;
  for (const Entry& entry : entries) table.proved.add(entry.row);
  manifest.tables = {table};
  CHECK(faults_of(manifest, proof).empty());
  manifest.tables[0].proved.remove(entries[0].row);
  manifest.tables[0].proved.add(entries[1].row);
  CHECK(faults_of(manifest, proof).size() == 1);
  manifest.tables = {table};
  manifest.tables[0].entries = 49;
  CHECK(faults_of(manifest, proof).size() == 1);
  manifest.tables = {table};
  manifest.tables[0].number = 3;
  CHECK(faults_of(manifest, proof).size() == 2);
  manifest.tables.clear();
  CHECK(faults_of(manifest, proof).size() == 1);
}

}  // namespace
}  // namespace sluice::manifest
