#include "retire/restore_table.h"

#include <algorithm>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/carrier.h"
#include "sluice/db/catalog.h"
#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"

namespace sluice::retire {
namespace {

model::ColumnType type_of_carrier(codec::Carrier carrier) {
  model::ColumnType type;
  type.sql = std::string(codec::carrier_sql(carrier));
  type.base = std::string(codec::to_string(carrier));
  return type;
}

std::string create_sql(const archive::TableHead& head, const model::QualifiedName& name) {
  std::string columns;
  for (const archive::Column& column : head.columns) {
    columns += fmt::format("{}  {} {}", columns.empty() ? "" : ",\n",
                           model::pg::quoted(column.name), codec::carrier_sql(column.carrier));
  }
  std::string key;
  for (const std::size_t column : head.key) {
    key += (key.empty() ? "" : ", ") + model::pg::quoted(head.columns.at(column).name);
  }
  return fmt::format("CREATE TABLE {} (\n{},\n  PRIMARY KEY ({})\n)", model::pg::quoted(name),
                     columns, key);
}

class Targets {
 public:
  Targets(const archive::Reader& reader, const RestoreRequest& request, db::SqlSession& session)
      : reader_(reader), request_(request), session_(session) {}

  std::vector<RestoreTarget> of(const std::vector<const archive::ArchivedTable*>& tables) {
    std::set<std::string> schemas;
    for (const auto* table : tables) schemas.insert(name_of(*table).schema);
    catalog_ = db::read_catalog(session_, {schemas.begin(), schemas.end()});
    std::vector<RestoreTarget> targets;
    std::set<model::QualifiedName> names;
    for (const auto* table : tables) {
      targets.push_back(target_of(*table));
      if (!names.insert(targets.back().read.table).second) refuse_twice(targets.back().read.table);
    }
    return parents_first(std::move(targets));
  }

 private:
  [[nodiscard]] model::QualifiedName name_of(const archive::ArchivedTable& table) const {
    if (request_.rename) return *request_.rename;
    if (!model::is_mysql_family(session_.engine())) return table.head.source;
    // A schema is a database there, and the URL says which: never that of the archive behind it.
    const archive::Head& head = reader_.head();
    const std::string& database = request_.into.database;
    const bool is_own = model::is_mysql_family(head.engine) && database == head.source_database;
    if (is_own) return table.head.source;
    if (database.empty()) {
      throw model::Error(model::ErrorKind::usage, "--into names no database",
                         "mysql://HOST/DATABASE says where the rows go");
    }
    return {database, table.head.source.table};
  }

  [[noreturn]] static void refuse_twice(const model::QualifiedName& name) {
    throw model::Error(model::ErrorKind::usage,
                       fmt::format("two tables of the archive would go to {}", name.text()),
                       "restore them one by one, with --table and --rename");
  }

  RestoreTarget target_of(const archive::ArchivedTable& table) const {
    if (table.head.key.empty()) {
      throw model::Error(model::ErrorKind::config,
                         fmt::format("{} has no key in the archive", table.head.source.text()),
                         "load its files with zstd and COPY, as archive.md says");
    }
    RestoreTarget target;
    target.archived = &table;
    target.read.table = name_of(table);
    target.write.table = target.read.table;
    target.read.key = table.head.key;
    const model::Table* const there = catalog_.find(target.read.table);
    there == nullptr ? make_new(target) : take_columns(*there, target);
    return target;
  }

  static void add_column(const archive::Column& column, const model::ColumnType& type,
                         bool is_written, RestoreTarget& target) {
    target.read.columns.push_back({column.name, type, column.carrier});
    if (!is_written) return;
    target.written.push_back(target.read.columns.size() - 1);
    target.write.columns.push_back(target.read.columns.back());
  }

  static void take_columns(const model::Table& there, RestoreTarget& target) {
    for (const archive::Column& column : target.archived->head.columns) {
      const model::Column* const found = there.find_column(column.name);
      if (found == nullptr) {
        throw model::Error(model::ErrorKind::drift,
                           fmt::format("{} has no column {}", there.name.text(), column.name),
                           "restore into a scratch database, or under another name (--rename)");
      }
      add_column(column, found->type, found->generated == model::Generated::no, target);
    }
  }

  void make_new(RestoreTarget& target) const {
    const bool own = catalog_.server.identity == reader_.head().source_identity &&
                     catalog_.server.database == reader_.head().source_database;
    if (model::is_mysql_family(session_.engine()) || (own && !request_.rename)) {
      throw model::Error(model::ErrorKind::drift,
                         fmt::format("there is no table {}", target.read.table.text()),
                         "make it as it was, or restore into a PostgreSQL database");
    }
    target.is_new = true;
    for (const archive::Column& column : target.archived->head.columns) {
      add_column(column, type_of_carrier(column.carrier), true, target);
    }
    target.statements = {
        "CREATE SCHEMA IF NOT EXISTS " + model::pg::quoted(target.read.table.schema),
        create_sql(target.archived->head, target.read.table)};
  }

  [[nodiscard]] bool refers(const RestoreTarget& child, const RestoreTarget& parent) const {
    const model::Table* const table = catalog_.find(child.read.table);
    if (table == nullptr || &child == &parent) return false;
    return std::any_of(
        table->foreign_keys.begin(), table->foreign_keys.end(),
        [&](const model::ForeignKey& key) { return key.referenced == parent.read.table; });
  }

  [[nodiscard]] std::vector<RestoreTarget> parents_first(std::vector<RestoreTarget> rest) const {
    std::vector<RestoreTarget> order;
    while (!rest.empty()) {
      auto next = std::find_if(rest.begin(), rest.end(), [&](const RestoreTarget& one) {
        return std::none_of(rest.begin(), rest.end(),
                            [&](const RestoreTarget& other) { return refers(one, other); });
      });
      // In a circle: the server says what is wrong with it.
      if (next == rest.end()) next = rest.begin();
      order.push_back(std::move(*next));
      rest.erase(next);
    }
    return order;
  }

  const archive::Reader& reader_;
  const RestoreRequest& request_;
  db::SqlSession& session_;
  model::Catalog catalog_;
};

}  // namespace

std::vector<RestoreTarget> restore_targets(const archive::Reader& reader,
                                           const std::vector<const archive::ArchivedTable*>& tables,
                                           const RestoreRequest& request, db::SqlSession& session) {
  return Targets(reader, request, session).of(tables);
}

}  // namespace sluice::retire
