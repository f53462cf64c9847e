// The catalogue as a whole; catalog_*.cc read its parts.

#include <algorithm>
#include <charconv>
#include <iterator>
#include <optional>
#include <span>

#include "sluice/model/error.h"

#include "db/mysql/catalog_rows.h"
#include "db/mysql/dialect.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

/// Tables of one statement: a statement has no more than 65535 parameters.
constexpr std::size_t kNamesAtOnce = 1000;

/// 101119 for "10.11.19-MariaDB", 80036 for "8.0.36".
int version_number(std::string_view version) noexcept {
  int number = 0;
  const char* at = version.data();
  const char* const end = at + version.size();
  for (int part = 0; part < 3; ++part) {
    int value = 0;
    const auto [next, error] = std::from_chars(at, end, value);
    if (error != std::errc()) value = 0;
    number = number * 100 + value;
    at = next < end && *next == '.' ? next + 1 : end;
  }
  return number;
}

/// A server variable that some versions lack.
std::optional<std::string> find_variable(SqlSession& session, const std::string& name) {
  const QueryResult result = session.query("SHOW GLOBAL VARIABLES WHERE Variable_name = ?", {name});
  if (result.rows.empty()) return std::nullopt;
  return result.rows.front().at(1);
}

/// MariaDB before 10.10 has no identity of its own. Name, port and data directory stand in for it.
std::string read_server_id(SqlSession& session) {
  const std::optional<std::string> id = find_variable(session, identity_variable(session.engine()));
  if (id && !id->empty()) return *id;
  return session.query("SELECT CONCAT(@@hostname, ':', @@port, ':', @@datadir)").value();
}

/// Users who come by the socket are shown without a port.
std::string read_address(SqlSession& session) {
  return session
      .query(
          "SELECT IF(INSTR(HOST, ':') > 0, CONCAT(@@hostname, ':', @@port), "
          "CONCAT('socket:', @@socket)) FROM information_schema.PROCESSLIST "
          "WHERE ID = CONNECTION_ID()")
      .value();
}

std::vector<std::string> connected_schema(SqlSession& session) {
  const QueryResult result = session.query("SELECT DATABASE()");
  const std::optional<std::string>& name = result.rows.at(0).at(0);
  if (!name) {
    throw model::Error(model::ErrorKind::config, "no database is named",
                       "name the database in the endpoint");
  }
  return {*name};
}

}  // namespace

std::string text_at(const std::vector<std::optional<std::string>>& row, std::size_t i) {
  return row.at(i).value_or("");
}

std::string placeholders(std::size_t count) {
  std::string text = "(";
  for (std::size_t i = 0; i < count; ++i) text += i == 0 ? "?" : ", ?";
  return text + ")";
}

std::vector<Parameter> parameters(const std::vector<std::string>& names) {
  return {names.begin(), names.end()};
}

model::Table* find_table(Tables& tables, const std::string& schema, const std::string& name) {
  const model::QualifiedName wanted{schema, name};
  const auto found = std::lower_bound(
      tables.begin(), tables.end(), wanted,
      [](const model::Table& table, const model::QualifiedName& n) { return table.name < n; });
  return found != tables.end() && found->name == wanted ? &*found : nullptr;
}

model::ServerIdentity read_identity(SqlSession& session) {
  model::ServerIdentity identity;
  identity.engine = session.engine();
  const QueryResult result =
      session.query("SELECT VERSION(), IFNULL(DATABASE(), ''), CURRENT_USER()");
  identity.version = text_at(result.rows.at(0), 0);
  identity.version_number = version_number(identity.version);
  identity.database = text_at(result.rows.at(0), 1);
  identity.user = text_at(result.rows.at(0), 2);
  identity.identity = read_server_id(session);
  identity.address = read_address(session);
  return identity;
}

model::Catalog read_catalog(SqlSession& session, const std::vector<std::string>& schemas) {
  const std::vector<std::string> wanted = schemas.empty() ? connected_schema(session) : schemas;
  model::Catalog catalog;
  catalog.server = mysql::read_identity(session);
  const Scope scope = all_of(wanted);
  catalog.tables = read_tables(session, scope);
  read_estimates(session, scope, catalog.tables);
  read_columns(session, scope, catalog.tables);
  read_doubtful_defaults(session, catalog.tables);
  read_indexes(session, scope, catalog.tables);
  read_foreign_keys(session, wanted, catalog.tables);
  read_checks(session, wanted, catalog.tables);
  read_triggers(session, wanted, catalog.tables);
  read_partition_keys(session, wanted, catalog.tables);
  catalog.others = read_others(session, wanted, catalog.tables);
  return catalog;
}

model::Catalog read_shapes(SqlSession& session, const std::vector<model::QualifiedName>& names) {
  model::Catalog catalog;
  const std::span<const model::QualifiedName> all(names);
  for (std::size_t first = 0; first < all.size(); first += kNamesAtOnce) {
    const Scope scope = those_of(all.subspan(first, std::min(kNamesAtOnce, all.size() - first)));
    Tables tables = read_tables(session, scope);
    read_columns(session, scope, tables);
    read_indexes(session, scope, tables);
    std::ranges::move(tables, std::back_inserter(catalog.tables));
  }
  std::ranges::sort(catalog.tables, {}, &model::Table::name);
  return catalog;
}

Storage read_storage(SqlSession& session) {
  Storage storage;  // no function of the server tells what its disk has free
  const std::string bytes = session
                                .query(
                                    "SELECT CAST(IFNULL(SUM(DATA_LENGTH + INDEX_LENGTH), 0) AS "
                                    "UNSIGNED) FROM information_schema.TABLES "
                                    "WHERE TABLE_SCHEMA = DATABASE()")
                                .value();
  storage.database_bytes = std::stoull(bytes);
  return storage;
}

}  // namespace sluice::db::mysql
