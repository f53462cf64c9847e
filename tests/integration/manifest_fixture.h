#pragma once

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/document/document.h"
#include "sluice/manifest/manifest.h"
#include "sluice/manifest/proof.h"

#include "integration/verify_fixture.h"

/// What the tests of manifests share.
namespace sluice::test {

/// Files of one test, of which a manifest is one.
class ManifestDir {
 public:
  [[nodiscard]] std::string file(const std::string& name = "m") const {
    return (dir_.path() / name).string();
  }
  [[nodiscard]] bool has(const std::string& name) const {
    return std::filesystem::exists(dir_.path() / name);
  }
  [[nodiscard]] std::size_t files() const {
    return static_cast<std::size_t>(
        std::distance(std::filesystem::directory_iterator(dir_.path()), {}));
  }
  [[nodiscard]] std::string bytes(const std::string& name = "m") const {
    std::ifstream in(dir_.path() / name, std::ios::binary);
    return {std::istreambuf_iterator<char>(in), {}};
  }
  void put(const std::string& name, const std::string& bytes) const { dir_.write(name, bytes); }

 private:
  TempDir dir_;
};

/// A table whose rows go all ways: 300 rows, of which two have no name, which the target wants, and
/// 30 are filtered; the names of those above 250 are longer than what the target takes.
inline void make_mixed_table(Migration& migration) {
  migration.source("CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(60), old int)");
  std::string values;
  for (int id = 1; id <= 300; ++id) {
    const std::string name = id == 77 || id == 88 ? "NULL"
                             : id > 250           ? fmt::format("'a rather long name {}'", id)
                                                  : fmt::format("'name {}'", id);
    values += fmt::format("{}({}, {}, {})", id == 1 ? "" : ", ", id, name, id <= 30 ? 1 : 0);
  }
  migration.source("INSERT INTO t VALUES " + values);
  migration.target("CREATE TABLE t (id int NOT NULL PRIMARY KEY, name varchar(10) NOT NULL)");
  migration.move(
      "t", "t", "",
      R"({"columns": {"id": {"from": "id"}, "name": {"from": "name", "steps": [)"
      R"({"truncate": 10}], "lossy": true}}, "drop": [{"column": "old", "lossy": true, )"
      R"("reason": "nobody reads it"}], "filter": {"column": "old", "op": "=", "value": 0}})");
}

/// The manifest of a verification that has to succeed.
inline manifest::Manifest written_manifest(const Migration& migration, const ManifestDir& dir,
                                           const std::string& name = "m") {
  require_exit(migration.sluice("verify", {"--manifest", dir.file(name)}), 0);
  return manifest::from_json(document::from_text(dir.bytes(name)).body);
}

}  // namespace sluice::test
