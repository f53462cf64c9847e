#include "sluice/manifest/manifest.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

using std::string_literals::operator""s;

namespace sluice::manifest {
namespace {

codec::RowSetDigest digest_of(std::initializer_list<std::uint64_t> rows) {
  codec::RowSetDigest digest;
  for (const std::uint64_t row : rows) digest.add(codec::RowHash{{row, row * 31, 0, 0}});
  return digest;
}

Table orders() {
  Table table;
  table.number = 1;
  table.source = {"crm", "orders"};
  table.target = {"public", "orders"};
  table.side = {"public", "orders__sluice"};
  table.classes = {"money"};
  table.outcome = "equal_except_quarantined";
  table.source_rows = 6;
  table.arrived = 3;
  table.decided = 1;
  table.quarantined = 1;
  table.left_behind = 0;
  table.filtered = 1;
  table.target_rows = 4;
  table.quarantine_reasons = {{"too_long", 1}};
  table.totals = {{"values", "note", "remark", "2", std::nullopt, "explained"}};
  table.lossy = {{"note", "remark", "cuts at 80 \"characters\"", 2, "source and archive"},
                 {"old", "", "goes nowhere", std::nullopt, "source and archive"}};
  table.key = {"id", "line"};
  table.not_checked = {"column x: both sides compute it"};
  table.notes = {"caf\u00e9"};
  table.proved = digest_of({1, 2, 3});
  table.target_digest = digest_of({4, 5, 6, 7});
  table.batches = {{"", R"(["5","1"])", digest_of({1, 2})}, {R"(["5","1"])", "", digest_of({3})}};
  table.entries = 3;
  return table;
}

Manifest small() {
  Manifest manifest;
  manifest.run_id = "20261122-153012-7f3a";
  manifest.run_nonce = std::string(64, 'a');
  manifest.plan_sha256 = std::string(64, 'b');
  manifest.config_sha256 = std::string(64, 'c');
  manifest.tool = "sluice 0.1.0";
  manifest.started_at = "2026-11-22T15:30:12Z";
  manifest.ended_at = "2026-11-22T15:31:12Z";
  manifest.verification = 2;
  manifest.source.identity.engine = model::Engine::mariadb;
  manifest.source.identity.version_number = 101119;
  manifest.source.identity.identity = "x1";
  manifest.source.label = "production";
  manifest.source.position = "binlog.000001:5";
  manifest.target.identity.identity = "y2";
  manifest.outcome = "equal_except_quarantined";
  manifest.tables = {orders()};
  manifest.checks = {{"turnover", "sum", "equal", 1, 0, "12.50", "12.50"}};
  manifest.archives = {{"orders.zst", std::string(64, 'd')}};
  manifest.rehearsals = {{"restore", 5, 60, "2026-11-21T10:00:00Z"}};
  manifest.ledger_head = std::string(64, 'e');
  manifest.ledger_head_no = 7;
  manifest.proof_sha256 = std::string(64, 'f');
  manifest.proof_bytes = 176;
  return manifest;
}

model::ErrorKind kind_of_reading(const std::string& body) {
  try {
    (void)from_json(body);
  } catch (const model::Error& error) {
    return error.kind();
  }
  return model::ErrorKind::internal;
}

TEST_CASE("a manifest is read as it was written") {
  const std::string body = to_json(small());
  CHECK(to_json(from_json(body)) == body);
  CHECK(body.starts_with(R"({"archives":{"orders.zst":")"));
  const Manifest read = from_json(body);
  CHECK(read.tables.at(0).lossy.at(0).rows == 2);
  CHECK_FALSE(read.tables.at(0).lossy.at(1).rows);
  CHECK(read.tables.at(0).batches.at(1).lower == R"(["5","1"])");
  CHECK(read.tables.at(0).proved == digest_of({1, 2, 3}));
  CHECK(read.source.identity.engine == model::Engine::mariadb);
  CHECK(read.target.identity.engine == model::Engine::postgresql);
  CHECK(read.checks.at(0).source == "12.50");
  CHECK(read.ledger_head_no == 7);
}

TEST_CASE("kept rows that were left out are read as they were written, and said only of some") {
  Manifest manifest = small();
  CHECK(to_json(manifest).find("kept_left_out") == std::string::npos);
  manifest.tables[0].kept_left_out = 3;
  const std::string body = to_json(manifest);
  CHECK(body.find(R"("kept_left_out":3)") != std::string::npos);
  CHECK(from_json(body).tables.at(0).kept_left_out == 3);
  // On top of the account of the source's rows, which adds up without them.
  CHECK(faults_of(manifest).empty());
}

TEST_CASE("each changed byte of a manifest is refused, or is another manifest") {
  const std::string body = to_json(small());
  std::size_t refused = 0;
  for (std::size_t i = 0; i < body.size(); ++i) {
    for (const char flip : {'\x01', '\x10', '\x20', '\x80'}) {
      std::string changed = body;
      changed[i] = static_cast<char>(changed[i] ^ flip);
      INFO("byte " << i << ": " << changed.substr(i > 20 ? i - 20 : 0, 40));
      try {
        // What it says now is exactly what the bytes say.
        const Manifest read = from_json(changed);
        CHECK(to_json(read) == changed);
      } catch (const model::Error& error) {
        CHECK(error.kind() == model::ErrorKind::approval);
        ++refused;
      }
    }
  }
  CHECK(refused > body.size());
}

TEST_CASE("a manifest has one text") {
  const std::string body = to_json(small());
  CHECK(kind_of_reading(body + " ") == model::ErrorKind::approval);
  CHECK(kind_of_reading(" " + body) == model::ErrorKind::approval);
  CHECK(kind_of_reading("") == model::ErrorKind::approval);
  CHECK(kind_of_reading("{}") == model::ErrorKind::approval);
  CHECK(kind_of_reading("[]") == model::ErrorKind::approval);
  const std::string known = R"("outcome":"equal_except_quarantined")";
  const auto with = [&](const std::string& text) {
    std::string changed = body;
    return changed.replace(changed.rfind(known), known.size(), text);
  };
  CHECK(kind_of_reading(with(known + "," + known)) == model::ErrorKind::approval);
  CHECK(kind_of_reading(with(R"("other":1,)" + known)) == model::ErrorKind::approval);
  CHECK(kind_of_reading(with(R"("outcome":null)")) == model::ErrorKind::approval);
  CHECK(kind_of_reading(with(R"("outcome" :"equal")")) == model::ErrorKind::approval);
  for (std::size_t size = 0; size < body.size(); size += 7) {
    CHECK(kind_of_reading(body.substr(0, size)) == model::ErrorKind::approval);
  }
}

TEST_CASE("a whole manifest has no faults") { CHECK(faults_of(small()).empty()); }

TEST_CASE("what does not add up is named") {
  const auto faults_with = [](const auto& change) {
    Manifest manifest = small();
    change(manifest.tables[0]);
    return faults_of(manifest);
  };
  const auto is_one = [&](const auto& change, const std::string& words) {
    const auto faults = faults_with(change);
    return faults.size() == 1 && faults[0].find(words) != std::string::npos;
  };
  CHECK(is_one([](Table& t) { ++t.source_rows; }, "source rows"));
  CHECK(is_one([](Table& t) { ++t.filtered; }, "source rows"));
  CHECK(is_one([](Table& t) { ++t.target_rows; }, "target_digest"));
  CHECK(is_one([](Table& t) { t.proved = digest_of({1, 2, 4}); }, "add up"));
  CHECK(is_one([](Table& t) { t.batches[1].lower = R"(["5","2"])"; }, "chain"));
  CHECK(is_one([](Table& t) { t.batches[0].lower = R"(["1","1"])"; }, "chain"));
  CHECK(is_one([](Table& t) { t.batches[1].upper = R"(["9","1"])"; }, "chain"));
  CHECK(is_one([](Table& t) { t.batches[0].upper = ""; }, "chain"));
  CHECK(is_one([](Table& t) { t.outcome = "different"; }, "outcome"));
  CHECK(is_one([](Table& t) { t.changed = 1; }, "differences"));
  CHECK(is_one([](Table& t) { t.quarantine_reasons["too_long"] = 2; }, "reasons"));
  CHECK(is_one([](Table& t) { t.entries = 2; }, "some of its rows"));
  CHECK(is_one([](Table& t) { t.first_entry = 1; }, "do not follow"));
  CHECK(is_one([](Table& t) { t.number = 0; }, "order"));
  CHECK_FALSE(faults_with([](Table& t) { t.batches.clear(); }).empty());
  CHECK_FALSE(faults_with([](Table& t) {
                t.proved = codec::RowSetDigest(codec::DigestAlgorithm::sha256);
              }).empty());
}

}  // namespace
}  // namespace sluice::manifest
