#include "sluice/plan/grants.h"

#include <set>
#include <string_view>

#include "sluice/model/quote.h"

namespace sluice::plan {
namespace {

using model::Engine;
using Names = std::set<model::QualifiedName>;

std::string role_name(const std::string& asked, const model::Endpoint& endpoint,
                      std::string_view otherwise) {
  if (!asked.empty()) return asked;
  return endpoint.user.empty() ? std::string(otherwise) : endpoint.user;
}

/// Every source table that is read: mapped ones, and those of checks.
Names source_tables(const config::Config& config) {
  Names names;
  for (const config::Table& table : config.tables) names.insert(table.source);
  for (const config::Check& check : config.checks) names.insert(check.source.table);
  return names;
}

Names target_tables(const config::Config& config) {
  Names names;
  for (const config::Table& table : config.tables) names.insert(table.target);
  return names;
}

/// Live tables that side tables will refer to.
Names referenced_tables(const Plan& plan) {
  Names sides;
  for (const TablePlan& table : plan.tables) sides.insert(table.side);
  Names names;
  for (const TablePlan& table : plan.tables) {
    for (const DeferredStep& step : table.deferred) {
      if (step.kind == DeferredStep::Kind::foreign_key && !sides.contains(step.referenced))
        names.insert(step.referenced);
    }
  }
  return names;
}

std::set<std::string> schemas_of(const Names& names) {
  std::set<std::string> schemas;
  for (const model::QualifiedName& name : names) schemas.insert(name.schema);
  return schemas;
}

/// Writes GRANT statements for one PostgreSQL role.
class PgGrants {
 public:
  explicit PgGrants(std::string role)
      : name_(std::move(role)), role_(model::quote_identifier(Engine::postgresql, name_)) {}

  void line(const std::string& text) { sql_ += text + "\n"; }
  void create() { line("CREATE ROLE " + role_ + " LOGIN;"); }
  void set(const std::string& setting) { line("ALTER ROLE " + role_ + " SET " + setting + ";"); }
  void on_database(const std::string& privileges, const std::string& database) {
    if (database.empty()) {
      line("-- GRANT " + privileges + " ON DATABASE <the database> TO " + role_ + ";");
    } else {
      grant(privileges, "DATABASE " + model::quote_identifier(Engine::postgresql, database));
    }
  }
  void on_schemas(const std::string& privileges, const std::set<std::string>& schemas) {
    for (const std::string& schema : schemas)
      grant(privileges, "SCHEMA " + model::quote_identifier(Engine::postgresql, schema));
  }
  void on_sequences(const std::string& privileges, const std::set<std::string>& schemas) {
    for (const std::string& schema : schemas)
      grant(privileges,
            "ALL SEQUENCES IN SCHEMA " + model::quote_identifier(Engine::postgresql, schema));
  }
  void on_tables(const std::string& privileges, const Names& tables) {
    for (const model::QualifiedName& table : tables)
      grant(privileges, "TABLE " + model::quote_name(Engine::postgresql, table));
  }
  void member_of(const std::string& group) { line("GRANT " + group + " TO " + role_ + ";"); }
  void password_hint() {
    line("-- then, in psql, so that it stands in no file: \\password " + role_);
  }
  [[nodiscard]] std::string take() { return std::move(sql_); }

 private:
  void grant(const std::string& privileges, const std::string& object) {
    line("GRANT " + privileges + " ON " + object + " TO " + role_ + ";");
  }

  std::string name_;
  std::string role_;
  std::string sql_;
};

std::string pg_source(const config::Config& config, const std::string& role) {
  const Names tables = source_tables(config);
  PgGrants grants(role);
  grants.line("-- source: a role that can read what is copied, and change nothing");
  grants.create();
  grants.set("default_transaction_read_only = on");
  grants.on_database("CONNECT", config.source.database);
  grants.on_schemas("USAGE", schemas_of(tables));
  grants.on_tables("SELECT", tables);
  grants.line("-- where sequences stand, so that no number is given out twice");
  grants.on_sequences("SELECT", schemas_of(tables));
  grants.password_hint();
  return grants.take();
}

/// A database's name in GRANT is a pattern: "a_b" would also be "axb".
std::string mysql_pattern(const std::string& schema) {
  std::string pattern;
  for (const char c : schema) {
    if (c == '_' || c == '%' || c == '\\') pattern.push_back('\\');
    pattern.push_back(c);
  }
  return model::quote_identifier(Engine::mysql, pattern);
}

std::string mysql_source(const config::Config& config, const std::string& role,
                         const std::string& host) {
  const std::string user =
      model::quote_literal(Engine::mysql, role) + "@" + model::quote_literal(Engine::mysql, host);
  const bool local = host == "localhost" || host == "127.0.0.1" || host == "::1";
  std::string sql = "-- source: a user that can read, and change nothing\n";
  sql += "CREATE USER " + user + (local ? "" : " REQUIRE SSL") + " ACCOUNT LOCK;\n";
  std::set<std::string> schemas = schemas_of(source_tables(config));
  for (const config::LeftTable& left : config.leave) schemas.insert(left.table.schema);
  for (const std::string& schema : schemas) {
    sql += "GRANT SELECT ON " + mysql_pattern(schema) + ".* TO " + user + ";\n";
  }
  sql +=
      "-- whether the source has moved since is told by its binary log alone, and only to users "
      "who "
      "may look at\n-- log and replication; for others every copy that goes on reads again what it "
      "has. On MariaDB (from 10.5 on):\n"
      "-- GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO " +
      user + ";\n-- on MySQL:\n-- GRANT REPLICATION CLIENT ON *.* TO " + user +
      ";\n"
      "-- one point in time for all sessions: nothing more on MariaDB with a binary log; without "
      "one "
      "a lock of a moment:\n-- GRANT RELOAD ON *.* TO " +
      user +
      ";\n-- on MySQL always that lock; before 8.0.23 it is RELOAD, which may empty the binary log "
      "too:\n-- GRANT FLUSH_TABLES ON *.* TO " +
      user + ";\n";
  sql += "-- nobody can use it yet. Then, so that the password stands in no file:\n-- ALTER USER " +
         user + " IDENTIFIED BY '<password>' ACCOUNT UNLOCK;\n";
  return sql;
}

}  // namespace

std::string source_grants(const config::Config& config, const GrantRoles& roles) {
  const std::string role = role_name(roles.source, config.source, "sluice_source");
  return model::is_mysql_family(config.source.engine) ? mysql_source(config, role, roles.host)
                                                      : pg_source(config, role);
}

std::string target_grants(const config::Config& config, const GrantRoles& roles, const Plan* plan) {
  const Names tables = target_tables(config);
  PgGrants grants(role_name(roles.target, config.target, "sluice_target"));
  grants.line("-- target: a role that can make side tables, and read the live ones");
  grants.create();
  grants.line(
      "-- CREATE for the schema sluice, which holds the ledger; TEMPORARY for types that have to "
      "be cast");
  grants.on_database("CONNECT, CREATE, TEMPORARY", config.target.database);
  grants.line("-- CREATE for side tables, SELECT to take their columns from the live ones");
  grants.on_schemas("USAGE, CREATE", schemas_of(tables));
  grants.on_tables("SELECT", tables);
  grants.line("-- to put the side tables' own sequences behind the numbers given out");
  grants.on_sequences("SELECT", schemas_of(tables));
  grants.line(
      "-- to see where the data lies, and so how much room its disk has (over a unix socket)");
  grants.member_of("pg_read_all_settings");
  if (plan == nullptr) {
    grants.line("-- with --plan FILE, what foreign keys to other tables need stands here too");
  } else if (const Names referenced = referenced_tables(*plan); !referenced.empty()) {
    grants.line("-- tables outside the plan that foreign keys refer to");
    std::set<std::string> others;
    for (const std::string& schema : schemas_of(referenced)) {
      if (!schemas_of(tables).contains(schema)) others.insert(schema);
    }
    grants.on_schemas("USAGE", others);
    grants.on_tables("SELECT, REFERENCES", referenced);
  }
  grants.password_hint();
  return grants.take();
}

}  // namespace sluice::plan
