#include "db/pg/catalog_parts.h"
#include "db/pg/pg.h"
#include "db/pg/session.h"

namespace sluice::db::pg {
namespace {

/// One picture for all queries: inside the transaction that is open, or in one of its own.
class Picture {
 public:
  explicit Picture(Connection& connection)
      : connection_(connection), own_(!connection.in_transaction()) {
    if (!own_) return;
    connection_.begin();
    connection_.run("SET TRANSACTION ISOLATION LEVEL REPEATABLE READ, READ ONLY");
  }
  Picture(const Picture&) = delete;
  Picture& operator=(const Picture&) = delete;
  ~Picture() {
    if (own_) connection_.rollback();
  }

 private:
  Connection& connection_;
  bool own_;
};

}  // namespace

model::Catalog read_catalog(SqlSession& session, const std::vector<std::string>& schemas) {
  Connection& connection = connection_of(session);
  const Picture picture(connection);
  model::Catalog catalog;
  catalog.server = pg::read_identity(session);
  TableSet tables;
  read_tables(connection, schemas, tables);
  read_estimates(connection, tables);
  read_storage_parameters(connection, tables);
  read_columns(connection, tables);
  read_sequences(connection, tables);
  read_indexes(connection, tables);
  read_statistics(connection, tables);
  read_correlations(connection, tables);
  read_foreign_keys(connection, tables);
  read_checks(connection, tables);
  read_triggers(connection, tables);
  read_inheritance(connection, tables);
  catalog.objects = read_objects(connection, tables);
  catalog.others = read_others(connection, schemas);
  catalog.tables = tables.take();
  catalog.wide_publications = read_wide_publications(connection);
  return catalog;
}

model::Catalog read_shapes(SqlSession& session, const std::vector<model::QualifiedName>& names) {
  Connection& connection = connection_of(session);
  const Picture picture(connection);
  TableSet tables;
  read_named_tables(connection, names, tables);
  read_columns(connection, tables);
  read_indexes(connection, tables);
  model::Catalog catalog;
  catalog.tables = tables.take();
  return catalog;
}

}  // namespace sluice::db::pg
