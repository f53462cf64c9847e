#include <string>
#include <string_view>

#include "sluice/copy/trial.h"
#include "sluice/model/quote.h"

namespace sluice::copy {
namespace {

using Kind = model::SchemaObject::Kind;

/// A query that has a row if and only if the object is there; its parameters are schema and name.
std::string_view existence_query(Kind kind) {
  // A table's row type is not what is looked for.
  constexpr std::string_view kType =
      "SELECT 1 FROM pg_type t JOIN pg_namespace n ON n.oid = t.typnamespace "
      "WHERE n.nspname = $1 AND t.typname = $2 AND NOT EXISTS "
      "(SELECT FROM pg_class c WHERE c.oid = t.typrelid AND c.relkind <> 'c')";
  switch (kind) {
    case Kind::schema:
      return "SELECT 1 FROM pg_namespace WHERE $1 = '' AND nspname = $2";
    case Kind::extension:
      return "SELECT 1 FROM pg_extension WHERE $1 = '' AND extname = $2";
    case Kind::collation:
      return "SELECT 1 FROM pg_collation c JOIN pg_namespace n ON n.oid = c.collnamespace "
             "WHERE n.nspname = $1 AND c.collname = $2";
    case Kind::sequence:
      return "SELECT 1 FROM pg_class c JOIN pg_namespace n ON n.oid = c.relnamespace "
             "WHERE n.nspname = $1 AND c.relname = $2 AND c.relkind = 'S'";
    case Kind::type:
    case Kind::domain:
      return kType;
  }
  return kType;
}

}  // namespace

bool create_object(db::SqlSession& session, const model::SchemaObject& object) {
  const auto found =
      session.query(existence_query(object.kind), {object.name.schema, object.name.table});
  if (found.rows.empty()) session.query(object.definition);
  return found.rows.empty();
}

void create_objects(db::SqlSession& session, const std::vector<model::SchemaObject>& objects) {
  for (const model::SchemaObject& object : objects) create_object(session, object);
}

}  // namespace sluice::copy
