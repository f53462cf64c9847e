#pragma once

#include <algorithm>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <string_view>
#include <vector>

#include <unistd.h>

#include "sluice/archive/reader.h"
#include "sluice/archive/writer.h"

#include "support/temp_dir.h"

namespace sluice::archive::test {

inline Head head() {
  Head head;
  head.id = "a-1";
  head.manifest_sha256 = std::string(64, 'c');
  head.run_id = "20261122-153012-abcd";
  head.engine = model::Engine::mariadb;
  head.source_identity = "server 7";
  head.source_database = "shop";
  head.created_at = "2026-11-22T15:30:12Z";
  head.seed = 0xfedcba9876543210;
  return head;
}

inline TableHead table(int number = 1, const std::string& name = "person") {
  return {number,
          {"shop", name},
          {{"id", codec::Carrier::int8, "bigint(20)"}, {"name", codec::Carrier::text, "text"}},
          {0}};
}

inline codec::RowBuffer rows(std::int64_t first, std::size_t count,
                             std::string_view text = "abcdef") {
  codec::RowBuffer out;
  for (std::size_t i = 0; i < count; ++i) {
    out.begin_row(2);
    out.put_int64(first + static_cast<std::int64_t>(i));
    out.put_bytes(text);
    out.end_row();
  }
  return out;
}

/// All rows of a table, one after the other.
inline std::string bytes_of(const Reader& reader, std::size_t table = 0) {
  std::string all;
  reader.read(reader.tables().at(table),
              [&all](const codec::RowBuffer& rows) { all += rows.bytes(); });
  return all;
}

inline std::string slurp(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

inline void spit(const std::filesystem::path& path, const std::string& bytes) {
  std::ofstream file(path, std::ios::binary | std::ios::trunc);
  file << bytes;
}

/// Files of the archive with this ending, sorted.
inline std::vector<std::filesystem::path> files(const std::string& directory,
                                                const std::string& ending) {
  std::vector<std::filesystem::path> found;
  for (const auto& entry : std::filesystem::directory_iterator(directory)) {
    if (entry.path().string().ends_with(ending)) found.push_back(entry.path());
  }
  std::sort(found.begin(), found.end());
  return found;
}

/// A folder for one archive, gone with the object. In memory where that can be: thousands of
/// archives are flushed here, and none has to outlive the machine.
class Place {
 public:
  [[nodiscard]] std::string path() const { return (folder_.path() / "archive").string(); }
  [[nodiscard]] const sluice::test::TempDir& folder() const { return folder_; }

 private:
  static std::filesystem::path parent() {
    const std::filesystem::path memory = "/dev/shm";
    return ::access(memory.c_str(), W_OK) == 0 ? memory : std::filesystem::temp_directory_path();
  }

  sluice::test::TempDir folder_{parent()};
};

}  // namespace sluice::archive::test
