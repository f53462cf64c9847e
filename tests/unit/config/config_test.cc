#include "sluice/config/config.h"

#include <catch2/catch_test_macros.hpp>

using sluice::config::Config;
using sluice::config::ExistingRows;
using sluice::config::Measure;
using sluice::config::read_config;
using sluice::config::ReadBy;
using sluice::config::ReadResult;
using sluice::model::Finding;
using sluice::model::QualifiedName;

namespace {

constexpr std::string_view kFull = R"({
  "$schema": "./sluice.schema.json",
  "note": "an old CRM",
  "name": "crm-2024",
  "operator": "Ada Lovelace", "policy": "rules/crm.policy.json",
  "source": "mysql:///legacy?socket=/run/x.sock&user=reader",
  "target": {"engine": "postgresql", "host": "db.example", "port": 5433, "database": "crm", "user": "mover",
             "options": {"sslmode": "verify-full"}},
  "tables": [
    {"source": "customers", "target": "crm.customers", "existing_rows": "keep", "read": "key",
     "quarantine_limit": 5, "mapping": {"same_names": true}},
    {"source": "legacy.orders", "target": "orders", "mapping": {"same_names": true}}
  ],
  "leave": {"sessions": "nobody is logged in any more"},
  "checks": [
    {"name": "revenue", "measure": "sum", "difference": "0.01",
     "source": {"table": "orders", "column": "total", "group_by": ["status"],
                "filter": {"column": "deleted", "op": "=", "value": 0}},
     "target": {"table": "orders", "column": "total", "group_by": ["state"]}},
    {"name": "customers", "measure": "count", "source": {"table": "customers"}, "target": {"table": "crm.customers"}}
  ],
  "limits": {"batch_bytes": 4194304, "readers": 3, "writers": 4, "in_flight": 9, "quarantine_rows": 10, "min_free_bytes": 0,
             "source_statement_seconds": 60},
  "digest": "sha256",
  "allow": {"source_can_delete": {"reason": "one role only", "person": "Grace Hopper"}}
})";

constexpr std::string_view kSmall =
    R"({"name": "x", "source": "postgresql:///a", "target": "postgresql:///b",
  "tables": [{"source": "t", "target": "t", "mapping": {"same_names": true}}]})";

/// kSmall with one piece of text replaced.
std::vector<Finding> findings_with(std::string_view old_text, std::string_view new_text) {
  std::string text(kSmall);
  const std::size_t at = text.find(old_text);
  REQUIRE(at != std::string::npos);
  text.replace(at, old_text.size(), new_text);
  return read_config(text, "c.json").findings;
}

std::string only_rule(const std::vector<Finding>& findings) {
  return findings.size() == 1 ? findings[0].rule : "findings: " + std::to_string(findings.size());
}

}  // namespace

TEST_CASE("a full config is read to the last key") {
  const ReadResult result = read_config(kFull, "c.json");
  for (const Finding& f : result.findings) UNSCOPED_INFO(f.where << ": " << f.message);
  REQUIRE(result.findings.empty());
  REQUIRE(result.config.has_value());
  const Config& config = *result.config;
  CHECK(config.name == "crm-2024");
  CHECK(config.operator_name == "Ada Lovelace");
  CHECK(config.policy == "rules/crm.policy.json");
  CHECK(config.source.socket == "/run/x.sock");
  CHECK(config.target.port == 5433);
  CHECK(config.target.options.at("sslmode") == "verify-full");
  REQUIRE(config.tables.size() == 2);
  CHECK(config.tables[0].source == QualifiedName{"legacy", "customers"});
  CHECK(config.tables[0].target == QualifiedName{"crm", "customers"});
  CHECK(config.tables[0].existing_rows == ExistingRows::keep);
  CHECK(config.tables[0].read == ReadBy::key);
  CHECK(config.tables[0].quarantine_limit == 5);
  CHECK(config.tables[0].where == "c.json:10:5 /tables/0");
  CHECK(config.tables[1].target == QualifiedName{"public", "orders"});
  CHECK_FALSE(config.tables[1].quarantine_limit.has_value());
  CHECK(config.is_left({"legacy", "sessions"}));
  CHECK(config.find_table({"legacy", "orders"}) == &config.tables[1]);
  REQUIRE(config.checks.size() == 2);
  CHECK(config.checks[0].measure == Measure::sum);
  CHECK(config.checks[0].difference == "0.01");
  CHECK(config.checks[0].source.filter.has_value());
  CHECK(config.checks[0].target.group_by == std::vector<std::string>{"state"});
  CHECK(config.limits.batch_bytes == 4194304);
  CHECK(config.limits.in_flight == 9);
  CHECK(config.source.statement_seconds == 60);
  CHECK(config.target.statement_seconds == 0);
  CHECK(config.source.side == "source");
  CHECK(config.target.side == "target");
  CHECK(config.digest == sluice::codec::DigestAlgorithm::sha256);
  REQUIRE(config.source_can_delete.has_value());
  CHECK(config.source_can_delete->person == "Grace Hopper");
}

TEST_CASE("a small config has the stated defaults") {
  const ReadResult result = read_config(kSmall, "c.json");
  REQUIRE(result.config.has_value());
  CHECK(result.config->tables[0].existing_rows == ExistingRows::refuse);
  CHECK(result.config->tables[0].read == ReadBy::automatic);
  CHECK(result.config->limits.batch_bytes == 8U << 20);
  CHECK(result.config->digest == sluice::codec::DigestAlgorithm::xxh3_128);
  CHECK_FALSE(result.config->source_can_delete.has_value());
}

TEST_CASE(
    "everything that is wrong is reported at once, each with line, column, pointer and the nearest "
    "key") {
  const ReadResult result = read_config(R"({
  "name": "Old CRM",
  "soruce": "mysql:///legacy",
  "target": "postgresql://me:hunter2@h/db",
  "tables": [
    {"source": "a.b.c", "target": "t", "existing_rows": "kepe", "maping": {}},
    {"source": "s", "target": "t", "mapping": {"columns": {"x": {"from": 7}}}, "target": "u"}
  ],
  "limits": {"readers": "two", "writers": 0},
  "digest": "md5"
})",
                                        "c.json");
  CHECK_FALSE(result.config.has_value());
  const auto has = [&](std::string_view where, std::string_view rule) {
    for (const Finding& f : result.findings) {
      if (f.where == where && f.rule == rule) return true;
    }
    return false;
  };
  CHECK(has("c.json:2:11 /name", "bad-name"));
  CHECK(has("c.json:3:3 /soruce", "unknown-key"));
  CHECK(has("c.json:1:1 /", "missing-key"));
  CHECK(has("c.json:4:13 /target", "bad-endpoint"));
  CHECK(has("c.json:6:16 /tables/0/source", "bad-table-name"));
  CHECK(has("c.json:6:57 /tables/0/existing_rows", "unknown-word"));
  CHECK(has("c.json:6:65 /tables/0/maping", "unknown-key"));
  CHECK(has("c.json:6:5 /tables/0", "missing-key"));
  CHECK(has("c.json:7:74 /tables/1/mapping/columns/x/from", "wrong-type"));
  CHECK(has("c.json:7:80 /tables/1/target", "duplicate-key"));
  CHECK(has("c.json:9:25 /limits/readers", "wrong-type"));
  CHECK(has("c.json:9:43 /limits/writers", "out-of-range"));
  CHECK(has("c.json:10:13 /digest", "unknown-word"));
  for (const Finding& f : result.findings) {
    UNSCOPED_INFO(f.where << " " << f.rule << ": " << f.message << " (" << f.action << ")");
    CHECK((f.message + f.action).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("one slip in a config is one finding") {
  CHECK(only_rule(findings_with("\"name\"", "\"nmae\"")) == "findings: 2");  // unknown, and missing
  CHECK(only_rule(findings_with("\"x\"", "\"\"")) == "empty-text");
  CHECK(only_rule(findings_with("\"postgresql:///a\"", "7")) == "wrong-type");
  CHECK(only_rule(findings_with("\"postgresql:///b\"", "\"mysql:///b\"")) == "target-engine");
  CHECK(only_rule(findings_with("\"t\", \"target\"",
                                "\"t\", \"quarantine_limit\": -1, \"target\"")) == "out-of-range");
  CHECK(only_rule(findings_with("{\"same_names\": true}", "{\"same_names\": 1}")) == "wrong-type");
  CHECK(only_rule(findings_with("]}", "], \"leave\": {\"public.t\": \"old\"}}")) ==
        "left-and-mapped");
  CHECK(only_rule(findings_with("]}", "], \"leave\": {\"public.*\": \"old\"}}")) ==
        "left-and-mapped");
  CHECK(only_rule(findings_with("]}", "], \"leave\": {\"u\": \"\"}}")) == "empty-text");
  CHECK(only_rule(findings_with("]}", "], \"leave\": {\"u\": \"x\", \"public.u\": \"y\"}}")) ==
        "left-twice");
  CHECK(only_rule(findings_with(
            "]}", "], \"allow\": {\"source_can_delete\": {\"reason\": \"x\"}}}")) == "missing-key");
  CHECK(only_rule(
            findings_with("[{", "[{\"source\": \"s\", \"target\": \"t\", \"mapping\": {}}, {")) ==
        "target-twice");
  CHECK(findings_with("[{", "[{\"source\": \"s\", \"target\": \"t\", \"mapping\": {}}, {")
            .at(0)
            .action.ends_with("(a view cannot be read)"));
  CHECK(only_rule(findings_with("\"postgresql:///b\"", "\"postgresql://far/b?sslmode=require\"")) ==
        "tls-not-verified");
}

TEST_CASE("checks are held to their closed vocabulary") {
  const auto with_check = [](std::string_view check) {
    return only_rule(findings_with("]}", "], \"checks\": [" + std::string(check) + "]}"));
  };
  CHECK(
      with_check(
          R"({"name": "n", "measure": "avg", "source": {"table": "t", "column": "a"}, "target": {"table": "t", "column": "a"}})") ==
      "unknown-word");
  CHECK(
      with_check(
          R"({"name": "n", "measure": "count", "source": {"table": "t", "column": "a"}, "target": {"table": "t"}})") ==
      "misplaced-key");
  CHECK(
      with_check(
          R"({"name": "n", "measure": "sum", "source": {"table": "t"}, "target": {"table": "t", "column": "a"}})") ==
      "missing-key");
  CHECK(
      with_check(
          R"({"name": "n", "measure": "count", "source": {"table": "t", "group_by": ["a"]}, "target": {"table": "t"}})") ==
      "group-by-differs");
  CHECK(
      with_check(
          R"({"name": "n", "measure": "count", "difference": -1, "source": {"table": "t"}, "target": {"table": "t"}})") ==
      "bad-difference");
  CHECK(
      with_check(
          R"({"name": "n", "measure": "count", "difference": 5, "source": {"table": "t"}, "target": {"table": "t"}})") ==
      "findings: 0");
}

TEST_CASE("odd table names are written in double quotes") {
  const auto with_source = [](std::string_view name) {
    std::string text(kSmall);
    text.replace(text.find("\"t\""), 3, name);
    return read_config(text, "c.json");
  };
  CHECK(with_source(R"("\"Odd.Name\"")").config->tables[0].source ==
        QualifiedName{"public", "Odd.Name"});
  CHECK(with_source(R"("a.\"b\"\"c\"")").config->tables[0].source == QualifiedName{"a", "b\"c"});
  CHECK_FALSE(with_source(R"("a.")").config.has_value());
  CHECK_FALSE(with_source(R"(".b")").config.has_value());
  CHECK_FALSE(with_source(R"("\"a")").config.has_value());
  const ReadResult lone = with_source(R"("a\"b\"")");
  CHECK_FALSE(lone.config.has_value());
  REQUIRE(lone.findings.size() == 1);
  CHECK(lone.findings[0].action.find("each double quote in it is doubled") != std::string::npos);
}

TEST_CASE("a password in the object form is refused and never repeated") {
  const auto findings = findings_with(
      "\"postgresql:///a\"",
      R"({"engine": "mysql", "database": "a", "password": "hunter2", "options": {"pwd": "hunter2"}})");
  CHECK(findings.size() == 2);
  for (const Finding& f : findings) {
    CHECK(f.rule == "bad-endpoint");
    CHECK((f.message + f.action + f.where).find("hunter2") == std::string::npos);
  }
}

TEST_CASE("a config cut at any byte gives findings and never a config") {
  for (std::size_t cut = 0; cut < kFull.size(); ++cut) {
    const ReadResult result = read_config(kFull.substr(0, cut), "c.json");
    CHECK_FALSE(result.config.has_value());
    CHECK_FALSE(result.findings.empty());
  }
}

TEST_CASE("every key of a config with one letter changed is noticed") {
  const std::string text(kFull);
  std::size_t keys = 0;
  for (std::size_t at = text.find("\":"); at != std::string::npos; at = text.find("\":", at + 1)) {
    std::string damaged = text;
    damaged[at - 1] = damaged[at - 1] == 'q' ? 'z' : 'q';
    const ReadResult result = read_config(damaged, "c.json");
    INFO(damaged.substr(at - 10, 20));
    const bool is_table_name = text.compare(at - 8, 8, "sessions") == 0;
    CHECK(result.findings.empty() == is_table_name);
    ++keys;
  }
  CHECK(keys > 50);
}

TEST_CASE("bytes changed at random never crash the reader") {
  std::uint64_t state = 20240229;
  for (int i = 0; i < 20000; ++i) {
    std::string text(kFull);
    for (int change = 0; change < 3; ++change) {
      state = state * 6364136223846793005ULL + 1442695040888963407ULL;
      text[(state >> 33) % text.size()] = static_cast<char>(state >> 24);
    }
    const ReadResult result = read_config(text, "c.json");
    CHECK(result.config.has_value() != sluice::model::has_errors(result.findings));
  }
}
