#pragma once

#include <algorithm>
#include <string>
#include <utility>
#include <vector>

#include "sluice/config/config.h"
#include "sluice/model/finding.h"
#include "sluice/model/schema.h"

/// A small migration by hand: an old CRM in MariaDB, a new one in PostgreSQL. Tests change a copy
/// of it and look at what is said.
namespace sluice::plan::example {

inline model::ColumnType type(std::string sql, std::string base) {
  model::ColumnType made;
  made.sql = std::move(sql);
  made.base = std::move(base);
  return made;
}

inline model::ColumnType varchar(int length) {
  model::ColumnType made = type("character varying(" + std::to_string(length) + ")", "varchar");
  made.length = length;
  return made;
}

inline model::ColumnType mysql_varchar(int length) {
  model::ColumnType made = type("varchar(" + std::to_string(length) + ")", "varchar");
  made.length = length;
  made.charset = "utf8mb4";
  made.collation = "utf8mb4_general_ci";
  return made;
}

inline model::ColumnType numeric(int precision, int scale) {
  model::ColumnType made =
      type("numeric(" + std::to_string(precision) + "," + std::to_string(scale) + ")", "numeric");
  made.precision = precision;
  made.scale = scale;
  return made;
}

inline model::Column column(std::string name, model::ColumnType column_type,
                            bool nullable = false) {
  model::Column made;
  made.name = std::move(name);
  made.type = std::move(column_type);
  made.nullable = nullable;
  return made;
}

inline model::Index key(std::string name, const std::vector<std::string>& columns, bool primary) {
  model::Index made;
  made.name = std::move(name);
  for (const std::string& part : columns)
    made.parts.push_back({part, "", false, std::nullopt, std::nullopt});
  made.unique = true;
  made.primary = primary;
  return made;
}

/// A unique or primary key of PostgreSQL, with the definitions that the server prints.
inline model::Index pg_key(const std::string& table, const std::string& name,
                           const std::vector<std::string>& columns, bool primary) {
  model::Index made = key(name, columns, primary);
  std::string list;
  for (const std::string& part : columns) list += (list.empty() ? "" : ", ") + part;
  made.method = "btree";
  made.definition = "CREATE UNIQUE INDEX " + name + " ON " + table + " USING btree (" + list + ")";
  made.is_constraint = true;
  made.constraint_definition = (primary ? "PRIMARY KEY (" : "UNIQUE (") + list + ")";
  return made;
}

inline model::Table source_customers() {
  model::Table table;
  table.name = {"legacy", "customers"};
  table.storage_engine = "InnoDB";
  table.columns = {column("id", type("int(10) unsigned", "int")),
                   column("email", mysql_varchar(255), true),
                   column("created", type("datetime", "datetime")),
                   column("credit", type("decimal(10,2)", "decimal"), true)};
  table.columns[0].type.is_unsigned = true;
  table.columns[0].identity = model::Identity::auto_increment;
  table.columns[3].type.precision = 10;
  table.columns[3].type.scale = 2;
  table.indexes = {key("PRIMARY", {"id"}, true)};
  return table;
}

inline model::Table source_orders() {
  model::Table table;
  table.name = {"legacy", "orders"};
  table.storage_engine = "InnoDB";
  table.columns = {column("customer_id", type("int(10) unsigned", "int")),
                   column("line", type("smallint(6)", "smallint")),
                   column("total", type("decimal(12,2)", "decimal"))};
  table.columns[0].type.is_unsigned = true;
  table.columns[2].type.precision = 12;
  table.columns[2].type.scale = 2;
  table.indexes = {key("PRIMARY", {"customer_id", "line"}, true)};
  return table;
}

inline model::Table source_sessions() {
  model::Table table;
  table.name = {"legacy", "sessions"};
  table.storage_engine = "MyISAM";
  table.columns = {column("token", mysql_varchar(64))};
  return table;
}

inline model::Table target_customers() {
  model::Table table;
  table.name = {"crm", "customers"};
  table.owner = "crm_owner";
  table.replica_identity = "default";
  table.columns = {column("id", type("bigint", "int8")), column("email", varchar(255), true),
                   column("created_at", type("timestamp without time zone", "timestamp")),
                   column("credit", numeric(12, 2), true)};
  table.columns[0].identity = model::Identity::always;
  table.columns[0].sequence = "crm.customers_id_seq";
  table.columns[0].sequence_options =
      "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9223372036854775807 CACHE 1 NO CYCLE";
  table.indexes = {pg_key("crm.customers", "customers_pkey", {"id"}, true)};
  model::Index lower;
  lower.name = "customers_email_idx";
  lower.parts = {{"", "lower((email)::text)", false, std::nullopt, std::nullopt}};
  lower.method = "btree";
  lower.definition =
      "CREATE INDEX customers_email_idx ON crm.customers USING btree (lower((email)::text)) WHERE "
      "(email IS NOT NULL)";
  lower.partial = true;
  table.indexes.push_back(lower);
  table.checks = {{"customers_credit_check", "CHECK ((credit >= (0)::numeric))", true, ""}};
  return table;
}

inline model::Table target_orders() {
  model::Table table;
  table.name = {"crm", "orders"};
  table.replica_identity = "default";
  table.columns = {column("customer_id", type("bigint", "int8")),
                   column("line", type("integer", "int4")), column("total", numeric(14, 2))};
  table.indexes = {pg_key("crm.orders", "orders_pkey", {"customer_id", "line"}, true)};
  model::ForeignKey parent;
  parent.name = "orders_customer_id_fkey";
  parent.columns = {"customer_id"};
  parent.referenced = {"crm", "customers"};
  parent.referenced_columns = {"id"};
  parent.definition =
      "FOREIGN KEY (customer_id) REFERENCES crm.customers(id) ON DELETE CASCADE DEFERRABLE";
  table.foreign_keys = {parent};
  return table;
}

inline model::Catalog source_catalog() {
  model::Catalog catalog;
  catalog.server = {model::Engine::mariadb, "10.11.6-MariaDB", 101106,  "uid-source",
                    "socket:/run/m.sock",   "legacy",          "reader"};
  catalog.tables = {source_customers(), source_orders(), source_sessions()};
  return catalog;
}

inline model::Catalog target_catalog() {
  model::Catalog catalog;
  catalog.server = {model::Engine::postgresql, "15.8", 150008,  "7000000000000000001",
                    "socket:/run/pg",          "crm",  "loader"};
  catalog.tables = {target_customers(), target_orders()};
  return catalog;
}

inline config::Config config() {
  config::Config made;
  made.name = "crm";
  config::Table customers;
  customers.source = {"legacy", "customers"};
  customers.target = {"crm", "customers"};
  customers.where = "crm.json:5:3 /tables/0";
  customers.rules.rules = {mapping::rename_rule("created", "created_at")};
  customers.rules.same_names = true;
  config::Table orders;
  orders.source = {"legacy", "orders"};
  orders.target = {"crm", "orders"};
  orders.rules.same_names = true;
  made.tables = {customers, orders};
  made.leave = {{{"legacy", "sessions"}, "only logins", "crm.json:20:3 /leave/0"}};
  return made;
}

/// The findings of one rule.
inline std::vector<model::Finding> of_rule(const std::vector<model::Finding>& all,
                                           const std::string& rule) {
  std::vector<model::Finding> found;
  std::ranges::copy_if(all, std::back_inserter(found),
                       [&rule](const model::Finding& finding) { return finding.rule == rule; });
  return found;
}

}  // namespace sluice::plan::example
