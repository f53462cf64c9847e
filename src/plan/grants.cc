#include "sluice/plan/grants.h"

#include <set>
#include <string_view>

#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"
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

/// SQL as a comment, for people to take. What stands behind a line feed in a name is in it too.
std::string offered(std::string_view sql) {
  std::string text = "-- ";
  for (const char c : sql) text += c == '\n' ? "\n-- " : std::string(1, c);
  return text + "\n";
}

/// Every source table that is read: mapped ones, and those of checks.
Names source_tables(const config::Config& config) {
  Names names;
  for (const config::Table& table : config.tables) names.insert(table.source);
  for (const config::Check& check : config.checks) names.insert(check.source.table);
  return names;
}

std::set<std::string> schemas_of(const Names& names) {
  std::set<std::string> schemas;
  for (const model::QualifiedName& name : names) schemas.insert(name.schema);
  return schemas;
}

/// Tables and schemas of the target: those that are there, and those that may have to be made.
struct TargetParts {
  Names tables;
  Names new_tables;
  std::set<std::string> schemas;
  std::set<std::string> new_schemas;
};

/// By the config alone: nobody knows whether what it makes is there already.
TargetParts target_parts(const config::Config& config) {
  TargetParts parts;
  for (const config::Table& table : config.tables) {
    (table.create ? parts.new_tables : parts.tables).insert(table.target);
  }
  parts.schemas = schemas_of(parts.tables);
  for (const std::string& schema : schemas_of(parts.new_tables)) {
    if (!parts.schemas.contains(schema)) parts.new_schemas.insert(schema);
  }
  return parts;
}

/// By a plan, which has seen the target. It lists what new tables need whether it is there or not.
TargetParts target_parts(const Plan& plan) {
  TargetParts parts;
  for (const TablePlan& table : plan.tables) {
    parts.schemas.insert(table.target.schema);
    if (!table.is_new) parts.tables.insert(table.target);
  }
  for (const FamilyStep& step : plan.families) parts.schemas.insert(step.table.schema);
  for (const model::SchemaObject& object : plan.objects) {
    if (!object.name.schema.empty()) parts.schemas.insert(object.name.schema);
  }
  for (const model::SchemaObject& object : plan.objects) {
    if (object.kind != model::SchemaObject::Kind::schema) continue;
    parts.schemas.erase(object.name.table);
    parts.new_schemas.insert(object.name.table);
  }
  return parts;
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

/// Writes GRANT statements for one PostgreSQL role.
class PgGrants {
 public:
  explicit PgGrants(std::string role)
      : name_(std::move(role)), role_(model::quote_identifier(Engine::postgresql, name_)) {}

  void line(const std::string& text) { sql_ += text + "\n"; }
  void offer(const std::string& text) { sql_ += offered(text); }
  void create() { line("CREATE ROLE " + role_ + " LOGIN;"); }
  void set(const std::string& setting) { line("ALTER ROLE " + role_ + " SET " + setting + ";"); }
  void on_database(const std::string& privileges, const std::string& database) {
    if (database.empty()) {
      offer("GRANT " + privileges + " ON DATABASE <the database> TO " + role_ + ";");
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
  void on_sequence(const std::string& privileges, const model::QualifiedName& sequence) {
    on_schemas("USAGE", {sequence.schema});
    grant(privileges, "SEQUENCE " + model::quote_name(Engine::postgresql, sequence));
  }
  void on_tables(const std::string& privileges, const Names& tables) {
    for (const model::QualifiedName& table : tables)
      grant(privileges, "TABLE " + model::quote_name(Engine::postgresql, table));
  }
  /// The same where schema and table are there when the SQL is run: one statement for all.
  void where_there(const std::set<std::string>& schemas, const Names& tables) {
    std::string body;
    const auto add = [&](const char* find, const std::string& name, const std::string& grants) {
      body += fmt::format("  IF {}({}) IS NOT NULL THEN\n{}  END IF;\n", find,
                          model::quote_literal(Engine::postgresql, name), grants);
    };
    for (const std::string& schema : schemas) {
      const std::string name = model::quote_identifier(Engine::postgresql, schema);
      add("to_regnamespace", name,
          fmt::format("    GRANT USAGE, CREATE ON SCHEMA {0} TO {1};\n"
                      "    GRANT SELECT ON ALL SEQUENCES IN SCHEMA {0} TO {1};\n",
                      name, role_));
    }
    for (const model::QualifiedName& table : tables) {
      const std::string name = model::quote_name(Engine::postgresql, table);
      add("to_regclass", name, fmt::format("    GRANT SELECT ON TABLE {} TO {};\n", name, role_));
    }
    if (body.empty()) return;
    line("DO " + model::pg::dollar_quoted("\nBEGIN\n" + body + "END ", "grants") + ";");
  }
  void member_of(const std::string& group) { line("GRANT " + group + " TO " + role_ + ";"); }
  void password_hint() {
    offer("then, in psql, so that it stands in no file: \\password " + role_);
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

std::string pg_source(const config::Config& config, const std::string& role, const Plan* plan) {
  const Names tables = source_tables(config);
  const std::set<std::string> schemas = schemas_of(tables);
  PgGrants grants(role);
  grants.line("-- source: a role that can read what is copied, and change nothing");
  grants.create();
  grants.set("default_transaction_read_only = on");
  grants.on_database("CONNECT", config.source.database);
  grants.on_schemas("USAGE", schemas);
  grants.on_tables("SELECT", tables);
  grants.line("-- where sequences stand, so that no number is given out twice");
  grants.on_sequences("SELECT", schemas);
  if (plan != nullptr) {
    for (const model::QualifiedName& counter : plan->counters) {
      if (!schemas.contains(counter.schema)) grants.on_sequence("SELECT", counter);
    }
  }
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

/// What a user needs to be shown what lies beside tables.
std::string mysql_looking(const std::set<std::string>& schemas, const std::string& user) {
  std::string sql =
      "-- to be shown triggers, events and routines, which are not moved; the first two it may "
      "make then, too:\n";
  for (const std::string& schema : schemas) {
    sql += offered("GRANT TRIGGER, EVENT ON " + mysql_pattern(schema) + ".* TO " + user + ";");
  }
  sql += "-- on MariaDB:\n" + offered("GRANT SELECT ON mysql.proc TO " + user + ";");
  return sql + "-- on MySQL (from 8.0.20 on):\n" +
         offered("GRANT SHOW_ROUTINE ON *.* TO " + user + ";");
}

/// What a user needs so that copies are of one point in time, and need not read anything twice.
std::string mysql_points_in_time(const std::string& user) {
  return "-- whether the source has moved since is told by its binary log alone, and only to users "
         "who may look at\n-- log and replication; for others every copy that goes on reads again "
         "what it has. On MariaDB (from 10.5 on):\n" +
         offered("GRANT BINLOG MONITOR, SLAVE MONITOR ON *.* TO " + user + ";") + "-- on MySQL:\n" +
         offered("GRANT REPLICATION CLIENT ON *.* TO " + user + ";") +
         "-- one point in time for all sessions: nothing more on MariaDB with a binary log; "
         "without "
         "one a lock of a moment:\n" +
         offered("GRANT RELOAD ON *.* TO " + user + ";") +
         "-- on MySQL always that lock; before 8.0.23 it is RELOAD, which may empty the binary log "
         "too:\n" +
         offered("GRANT FLUSH_TABLES ON *.* TO " + user + ";");
}

/// From where the user connects, as the config's way to the server says it; an option file may say
/// anything.
std::string mysql_host(const model::Endpoint& source, const std::string& asked) {
  if (!asked.empty()) return asked;
  const bool local = !source.socket.empty() || model::is_loopback(source.host) ||
                     (source.host.empty() && source.defaults_file.empty());
  return local ? "localhost" : "%";
}

std::string mysql_source(const config::Config& config, const GrantRoles& roles) {
  const std::string role = role_name(roles.source, config.source, "sluice_source");
  const std::string host = mysql_host(config.source, roles.host);
  const std::string user =
      model::quote_literal(Engine::mysql, role) + "@" + model::quote_literal(Engine::mysql, host);
  // A socket has no TLS, and a loopback address needs none.
  const bool local = model::is_loopback(host);
  std::string sql = "-- source: a user that can read, and change nothing\n";
  if (roles.host.empty() && config.source.host != "localhost" &&
      model::is_loopback(config.source.host)) {
    sql += "-- with skip_name_resolve the server knows addresses only: --host 127.0.0.1\n";
  }
  sql += "CREATE USER " + user + (local ? "" : " REQUIRE SSL") + " ACCOUNT LOCK;\n";
  std::set<std::string> schemas = schemas_of(source_tables(config));
  for (const config::LeftTable& left : config.leave) schemas.insert(left.table.schema);
  for (const std::string& schema : schemas) {
    sql += "GRANT SELECT ON " + mysql_pattern(schema) + ".* TO " + user + ";\n";
  }
  return sql + mysql_points_in_time(user) + mysql_looking(schemas, user) +
         "-- nobody can use it yet. Then, so that the password stands in no file:\n" +
         offered("ALTER USER " + user + " IDENTIFIED BY '<password>' ACCOUNT UNLOCK;");
}

/// What foreign keys of side tables need of tables that the plan does not move, and extensions.
void grant_outside(const Plan& plan, const TargetParts& parts, PgGrants& grants) {
  if (const Names referenced = referenced_tables(plan); !referenced.empty()) {
    grants.line("-- tables outside the plan that foreign keys refer to");
    std::set<std::string> others;
    for (const std::string& schema : schemas_of(referenced)) {
      if (!parts.schemas.contains(schema)) others.insert(schema);
    }
    grants.on_schemas("USAGE", others);
    grants.on_tables("SELECT, REFERENCES", referenced);
  }
  bool first = true;
  for (const model::SchemaObject& object : plan.objects) {
    if (object.kind != model::SchemaObject::Kind::extension) continue;
    if (first) {
      grants.line("-- only trusted extensions can be made by this role; the others, before it:");
    }
    first = false;
    grants.offer("CREATE EXTENSION IF NOT EXISTS " +
                 model::quote_identifier(Engine::postgresql, object.name.table) + ";");
  }
}

}  // namespace

std::string source_grants(const config::Config& config, const GrantRoles& roles, const Plan* plan) {
  if (model::is_mysql_family(config.source.engine)) return mysql_source(config, roles);
  return pg_source(config, role_name(roles.source, config.source, "sluice_source"), plan);
}

std::string target_grants(const config::Config& config, const GrantRoles& roles, const Plan* plan) {
  const TargetParts parts = plan == nullptr ? target_parts(config) : target_parts(*plan);
  PgGrants grants(role_name(roles.target, config.target, "sluice_target"));
  grants.line("-- target: a role that can make side tables, and read the live ones");
  grants.create();
  grants.line(
      "-- CREATE for the schema sluice, which holds the ledger, and for schemas and extensions "
      "that new tables need;\n-- TEMPORARY for types that have to be cast");
  grants.on_database("CONNECT, CREATE, TEMPORARY", config.target.database);
  if (!parts.schemas.empty()) {
    grants.line("-- CREATE for side tables, SELECT to take their columns from the live ones");
    grants.on_schemas("USAGE, CREATE", parts.schemas);
    grants.on_tables("SELECT", parts.tables);
    grants.line("-- to put the side tables' own sequences behind the numbers given out");
    grants.on_sequences("SELECT", parts.schemas);
  }
  if (!parts.new_schemas.empty() || !parts.new_tables.empty()) {
    grants.line("-- what may not be there yet: whoever makes it owns it and needs no rights");
    grants.where_there(parts.new_schemas, parts.new_tables);
  }
  grants.line(
      "-- to see where the data lies, and so how much room its disk has (over a unix socket)");
  grants.member_of("pg_read_all_settings");
  plan == nullptr
      ? grants.line("-- with --plan FILE, what foreign keys to other tables need stands here too")
      : grant_outside(*plan, parts, grants);
  grants.password_hint();
  return grants.take();
}

}  // namespace sluice::plan
