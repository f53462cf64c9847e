// The old CRM of the demo as it lives in PostgreSQL: text dates, a uuid key, a log without a key.
// The generator of the data says which rows cannot be moved exactly.
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>
#include <fmt/format.h>

#include "sluice/codec/json_read.h"

#include "support/demo_data.h"
#include "support/postgres_server.h"
#include "support/run_process.h"
#include "support/source_tree.h"
#include "support/sql.h"
#include "support/temp_dir.h"

namespace sluice::test {
namespace {

constexpr const char* kCustomers = "2000";

std::string file_text(const std::filesystem::path& path) {
  std::ifstream in(path, std::ios::binary);
  std::ostringstream text;
  text << in.rdbuf();
  return text.str();
}

void replace_all(std::string& text, const std::string& old, const std::string& now) {
  REQUIRE(text.find(old) != std::string::npos);
  for (std::size_t at = 0; (at = text.find(old, at)) != std::string::npos; at += now.size())
    text.replace(at, old.size(), now);
}

/// Two servers: the old CRM in one, the new one's empty tables in the other.
class LegacyCrm {
 public:
  LegacyCrm() {
    load_demo_data({"legacy", "postgresql", "PG1", "--rows", kCustomers, "--keep", summary_dir()},
                   source_);
    load_demo_data({"target", "postgresql", "PG1"}, target_);
    source(
        "CREATE ROLE reader LOGIN; GRANT USAGE ON SCHEMA legacy_crm TO reader;"
        "GRANT SELECT ON ALL TABLES IN SCHEMA legacy_crm TO reader");
    config_ = dir_.write("crm.json", config_text()).string();
  }

  void source(const std::string& sql) const { PgSql(source_.conninfo("legacy_crm")).query(sql); }
  [[nodiscard]] Rows rows_of_source(const std::string& sql) const {
    return PgSql(source_.conninfo("legacy_crm")).query(sql);
  }
  [[nodiscard]] Rows rows_of_target(const std::string& sql) const {
    return PgSql(target_.conninfo("crm")).query(sql);
  }
  [[nodiscard]] RunResult sluice(const std::string& verb,
                                 const std::vector<std::string>& more = {}) const {
    std::vector<std::string> arguments = {verb, "--config", config_};
    arguments.insert(arguments.end(), more.begin(), more.end());
    return run_sluice(arguments);
  }
  /// What the generator foretells of each table.
  [[nodiscard]] codec::JsonDocument expected() const {
    return codec::parse_json_or_throw(file_text(dir_.path() / "data" / "summary.json"),
                                      "summary.json");
  }

 private:
  [[nodiscard]] std::string summary_dir() const { return (dir_.path() / "data").string(); }

  static std::string url(const PostgresServer& server, const std::string& database,
                         const std::string& user) {
    return fmt::format("postgresql:///{}?host={}&port={}&user={}", database, server.socket_dir(),
                       server.port(), user);
  }

  /// The example for MariaDB, with what is different in PostgreSQL: a schema, and a log without
  /// ids.
  [[nodiscard]] std::string config_text() const {
    std::string text = file_text(in_source_tree("configs/mariadb-to-postgresql.json"));
    replace_all(text, "mariadb:///legacy_crm?defaults_file=/etc/sluice/legacy.cnf&group=reader",
                url(source_, "legacy_crm", "reader"));
    replace_all(text, "postgresql://mover@localhost/crm", url(target_, "crm", target_.user()));
    for (const char* table :
         {"customers", "orders", "order_items", "refunds", "invoices", "events"}) {
      replace_all(text, fmt::format(R"("source": "{}")", table),
                  fmt::format(R"("source": "legacy_crm.{}")", table));
    }
    for (const char* table : {"order_items", "refunds", "invoices", "customers"}) {
      replace_all(text, fmt::format(R"("table": "{}")", table),
                  fmt::format(R"("table": "legacy_crm.{}")", table));
    }
    replace_all(text, R"("sessions":)", R"("legacy_crm.sessions":)");
    // PostgreSQL's texts are what they claim to be.
    replace_all(text, ",\n        \"latin1_holds\": { \"origin\": \"both\" }", "");
    replace_all(text, R"("legacy_id": "id")", R"("legacy_id": {"constant": null})");
    return text;
  }

  PostgresServer source_;
  PostgresServer target_;
  TempDir dir_;
  std::string config_;
};

}  // namespace

TEST_CASE("the old CRM arrives from PostgreSQL as the generator of its rows foretells") {
  const LegacyCrm crm;
  const RunResult copied = crm.sluice("copy");
  INFO(copied.out << copied.err);
  REQUIRE(copied.exit_code == 0);

  const codec::JsonDocument expected = crm.expected();
  const RunResult status = crm.sluice("status", {"--json"});
  const codec::JsonDocument document = codec::parse_json_or_throw(status.out, "status");
  REQUIRE(document.root().at("tables").items().size() == 6);
  for (const codec::JsonValue& table : document.root().at("tables").items()) {
    const std::string name =
        table.at("source").as_string().substr(std::string("legacy_crm.").size());
    CAPTURE(name);
    const codec::JsonValue& foretold = expected.root().at("expected").at(name);
    CHECK(table.at("rows_read").as_integer() == foretold.at("source").as_integer());
    CHECK(table.at("rows_arrived").as_integer() == foretold.at("arrived").as_integer());
    CHECK(table.at("quarantined").as_integer() == foretold.at("quarantined").as_integer());
    CHECK(table.at("filtered").as_integer() == foretold.at("filtered").as_integer());
  }
  CHECK(crm.rows_of_source("SELECT * FROM legacy_crm.order_items ORDER BY order_id, line_no") ==
        crm.rows_of_target("SELECT * FROM crm.order_items__side ORDER BY order_id, line_no"));

  const RunResult verified = crm.sluice("verify");
  INFO(verified.out << verified.err);
  CHECK(verified.exit_code == 0);
  CHECK(verified.out.find("legacy_crm.events       equal") != std::string::npos);
}

}  // namespace sluice::test
