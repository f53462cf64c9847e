// The manifest of a verification: what it says of each row, and when there is none.
#include <algorithm>

#include <catch2/catch_test_macros.hpp>
#include <catch2/generators/catch_generators.hpp>

#include "integration/manifest_fixture.h"
#include "integration/quarantine_fixture.h"
#include "support/row_hash.h"

namespace sluice::test {
namespace {

using manifest::Manifest;
using manifest::Proof;

/// The rows of a table (id int, name text) as they are hashed: computed here, not by sluice.
class Hashes {
 public:
  explicit Hashes(const Manifest& manifest) : seed_(seed_of(manifest.run_nonce)) {}
  [[nodiscard]] manifest::KeyHash key(std::uint32_t id) const {
    const Hash128 hash = row_hash(big_endian(1, 2) + row_field(big_endian(id, 4)), seed_);
    return {hash.high, hash.low};
  }
  [[nodiscard]] codec::RowHash row(std::uint32_t id, const std::string& name) const {
    const Hash128 hash =
        row_hash(big_endian(2, 2) + row_field(big_endian(id, 4)) + row_field(name), seed_);
    return {{hash.low, hash.high, 0, 0}};
  }

 private:
  std::uint64_t seed_;
};

Proof proof_of(const Manifest& manifest, const ManifestDir& dir) {
  return {dir.file("m.proof"), manifest.proof_sha256, manifest.digest};
}

/// Long enough for some thousand rows to be more than one batch.
std::string name_of(int id) { return fmt::format("name {} {}", id, std::string(40, 'x')); }

void make_simple_table(Migration& migration, int rows) {
  migration.on_both("CREATE TABLE s (id int NOT NULL PRIMARY KEY, name varchar(60))");
  std::string values;
  for (int id = 1; id <= rows; ++id) {
    values += fmt::format("{}({}, '{}')", id == 1 ? "" : ", ", id, name_of(id));
  }
  migration.source("INSERT INTO s VALUES " + values);
  migration.move("s");
}

}  // namespace

TEST_CASE("the proof names each row that arrived, and no other") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  make_simple_table(migration, 2000);
  copy_all(migration);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(migration, dir);
  const manifest::Table& table = manifest.tables.at(0);
  CHECK(std::to_string(table.entries) == migration.source_value("SELECT count(*) FROM s"));
  CHECK(table.arrived == 2000);
  CHECK(table.batches.size() > 1);
  const Proof proof = proof_of(manifest, dir);
  const manifest::ProofWriter::Place place{table.first_entry, table.entries};
  const Hashes hashes(manifest);
  migration.source("UPDATE s SET name = 'another' WHERE id = 1000");
  migration.source("INSERT INTO s VALUES (5000, 'new')");
  std::size_t same = 0;
  std::string others;
  for (const Row& row : migration.source("SELECT id, name FROM s ORDER BY id")) {
    const auto id = static_cast<std::uint32_t>(std::stoul(row.at(0).value()));
    const auto found = proof.find(place, hashes.key(id));
    if (found == hashes.row(id, row.at(1).value())) {
      ++same;
    } else {
      others += fmt::format("{} {}; ", id, found ? "changed" : "unknown");
    }
  }
  CHECK(same == 1999);
  CHECK(others == "1000 changed; 5000 unknown; ");
  CHECK(proof.find(place, hashes.key(1000)) == hashes.row(1000, name_of(1000)));
}

TEST_CASE("a manifest accounts for each row, and says what was lost") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  make_mixed_table(migration);
  copy_all(migration);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(migration, dir);
  CHECK(manifest.outcome == "equal_except_quarantined");
  const manifest::Table& table = manifest.tables.at(0);
  CHECK(table.source_rows == 300);
  CHECK(table.arrived == 268);
  CHECK(table.quarantined == 2);
  CHECK(table.filtered == 30);
  CHECK(table.target_rows == 268);
  CHECK(table.entries == 268);
  CHECK(table.quarantine_reasons.size() == 1);
  CHECK(table.quarantine_reasons.begin()->second == 2);
  CHECK(table.key == std::vector<std::string>{"id"});
  REQUIRE(table.lossy.size() == 2);
  CHECK(table.lossy[0].target_column == "name");
  CHECK(table.lossy[0].rows == 50);
  CHECK(table.lossy[1].source_column == "old");
  CHECK(table.lossy[1].what.find("nobody reads it") != std::string::npos);
  CHECK(faults_of(manifest).empty());
  CHECK(faults_of(manifest, proof_of(manifest, dir)).empty());
  // What the ledger saw, and what it was told.
  CHECK(migration.target_value("SELECT sha256 FROM sluice.event WHERE kind = "
                               "'verification-begun'") == manifest.ledger_head);
  CHECK(migration.events("manifest-written").at(0).find(document::sha256_of(dir.bytes())) !=
        std::string::npos);
  CHECK(migration.target_value("SELECT verification_no FROM sluice.verification") ==
        std::to_string(manifest.verification));
}

TEST_CASE("rows that people decided and rows left behind have no entry") {
  const MessyCrm crm;
  REQUIRE(crm.copy().exit_code == 0);
  const RunResult decided = crm.decide(about("customers", 10, R"({"set": {"status": "active"}})") +
                                       "," + about("customers", 11, R"("leave_behind")"));
  require_exit(decided, 0);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(crm.migration, dir);
  const auto customers = std::ranges::find_if(
      manifest.tables, [](const manifest::Table& t) { return t.source.table == "customers"; });
  REQUIRE(customers != manifest.tables.end());
  CHECK(customers->source_rows == 11);
  CHECK(customers->arrived == 5);
  CHECK(customers->entries == 5);
  CHECK(customers->decided == 1);
  CHECK(customers->left_behind == 1);
  CHECK(customers->quarantined == 4);
  CHECK(customers->quarantine_reasons.at("key_collision") == 2);
  const Proof proof = proof_of(manifest, dir);
  CHECK(faults_of(manifest, proof).empty());
  const manifest::ProofWriter::Place place{customers->first_entry, customers->entries};
  const Hashes hashes(manifest);
  for (const std::uint32_t id : {10U, 11U, 20U, 30U, 31U, 40U}) {
    INFO(id);
    CHECK_FALSE(proof.find(place, hashes.key(id)));
  }
}

TEST_CASE("a table without a key has no entries, and the manifest says so") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  migration.on_both("CREATE TABLE bag (name varchar(60))");
  migration.source("INSERT INTO bag VALUES ('a'), ('a'), ('b')");
  migration.move("bag");
  copy_all(migration);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(migration, dir);
  const manifest::Table& table = manifest.tables.at(0);
  CHECK(table.arrived == 3);
  CHECK(table.entries == 0);
  CHECK(table.proved.count() == 3);
  REQUIRE(table.not_checked.size() == 1);
  CHECK(table.not_checked[0] == "no key: no row of it can be retired");
}

TEST_CASE("an unlogged target proves nothing for long") {
  Migration migration;
  make_simple_table(migration, 10);
  migration.target("ALTER TABLE s SET UNLOGGED");
  copy_all(migration);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(migration, dir);
  CHECK(manifest.tables.at(0).entries == 0);
  CHECK(manifest.tables.at(0).not_checked.at(0).find("unlogged") != std::string::npos);
}

TEST_CASE("what is not equal yields no manifest") {
  const From from = GENERATE(From::postgresql, From::mariadb);
  INFO(to_string(from));
  Migration migration(from);
  make_simple_table(migration, 50);
  copy_all(migration);
  migration.target("UPDATE s__side SET name = 'changed' WHERE id = 7");
  const ManifestDir dir;
  const RunResult result = migration.sluice("verify", {"--manifest", dir.file()});
  INFO(result.out << result.err);
  CHECK(result.exit_code == 3);
  CHECK(result.err.find("no manifest is written") != std::string::npos);
  CHECK(dir.files() == 0);
  CHECK(migration.events("manifest-written").empty());
  CHECK(migration.target_value("SELECT outcome FROM sluice.verification") == "different");
}

TEST_CASE("a manifest is of the whole, and never replaces a file") {
  Migration migration;
  make_simple_table(migration, 10);
  copy_all(migration);
  const ManifestDir dir;
  const auto exit_code = [&](std::vector<std::string> arguments) {
    arguments.insert(arguments.end(), {"--manifest", dir.file()});
    return migration.sluice("verify", arguments).exit_code;
  };
  CHECK(exit_code({"--target"}) == 2);
  CHECK(exit_code({"--table", "public.s"}) == 2);
  CHECK(exit_code({"--dry-run"}) == 0);
  CHECK(dir.files() == 0);
  dir.put("m", "mine");
  CHECK(exit_code({}) == 2);
  CHECK(dir.bytes() == "mine");
  std::filesystem::remove(dir.file());
  dir.put("m.proof", "of another");
  CHECK(exit_code({}) == 2);
  CHECK(dir.bytes("m.proof") == "of another");
  std::filesystem::remove(dir.file("m.proof"));
  CHECK(exit_code({}) == 0);
  for (const char* const name : {"m", "m.proof"}) {
    CHECK(std::filesystem::status(dir.file(name)).permissions() ==
          (std::filesystem::perms::owner_read | std::filesystem::perms::owner_write));
  }
  CHECK(dir.files() == 2);
}

TEST_CASE("manifest check tells what was changed, and what is of somewhere else") {
  Migration migration(From::mariadb);
  make_simple_table(migration, 20);
  copy_all(migration);
  const ManifestDir dir;
  (void)written_manifest(migration, dir);
  const std::string good = dir.bytes();
  const std::string good_proof = dir.bytes("m.proof");
  const auto check = [&](const Migration& config) {
    const RunResult result = config.sluice("manifest", {"check", dir.file()});
    UNSCOPED_INFO(result.out << result.err);
    return result.exit_code;
  };
  // Who has looked at both signs it, by the policy that the config names.
  const RunResult whole = migration.sluice("manifest", {"check", dir.file()});
  require_exit(whole, 0);
  CHECK(whole.out.find("Next: sluice approve " + dir.file() + " --config ") != std::string::npos);
  const RunResult file_only = run_sluice({"manifest", "check", dir.file()});
  require_exit(file_only, 0);
  CHECK(file_only.out.find("Next: sluice manifest show " + dir.file()) != std::string::npos);
  // A figure that adds up, in a file that the ledger does not know.
  std::string changed = good;
  const std::string tool = "\"tool\": \"sluice ";
  REQUIRE(changed.find(tool) != std::string::npos);
  changed[changed.find(tool) + tool.size()] = '9';
  dir.put("m", changed);
  CHECK(check(migration) == 4);
  dir.put("m", good + " ");
  CHECK(check(migration) == 4);
  dir.put("m", good);
  for (const std::size_t at : {std::size_t{0}, std::size_t{50}, good_proof.size() - 1}) {
    std::string bad = good_proof;
    bad[at] = static_cast<char>(bad[at] ^ 1);
    dir.put("m.proof", bad);
    CHECK(check(migration) == 4);
  }
  std::filesystem::remove(dir.file("m.proof"));
  CHECK(check(migration) == 9);
  dir.put("m.proof", good_proof);
  CHECK(check(migration) == 0);
  // Somebody else's migration.
  Migration other(From::mariadb);
  make_simple_table(other, 20);
  copy_all(other);
  CHECK(check(other) == 7);
  // Events of the run that have been written anew.
  migration.target("UPDATE sluice.event SET body = '{}' WHERE kind = 'verification-begun'");
  CHECK(check(migration) == 4);
}

TEST_CASE("manifest show prints all of it, whatever names hold") {
  Migration migration;
  migration.on_both("CREATE TABLE \"o\x1b[31mdd\" (id int NOT NULL PRIMARY KEY, name text)");
  migration.source("INSERT INTO \"o\x1b[31mdd\" VALUES (1, 'a')");
  migration.move("o\\u001b[31mdd");
  copy_all(migration);
  const ManifestDir dir;
  const Manifest manifest = written_manifest(migration, dir);
  RunOptions narrow;
  narrow.env = {{"COLUMNS", "80"}};
  const RunResult shown = run_sluice({"manifest", "show", dir.file()}, narrow);
  INFO(shown.out << shown.err);
  CHECK(shown.exit_code == 0);
  CHECK(shown.out.find('\x1b') == std::string::npos);
  CHECK(shown.out.find(manifest.proof_sha256) != std::string::npos);
  CHECK(shown.out.find(manifest.tables[0].proved.to_text()) != std::string::npos);
  CHECK(shown.out.find("cutover") != std::string::npos);
  CHECK(shown.out.find("Next: sluice manifest check") != std::string::npos);
  const RunResult json = run_sluice({"manifest", "show", dir.file(), "--json"});
  CHECK(json.out == dir.bytes());
}

}  // namespace sluice::test
