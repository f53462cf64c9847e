// What stands in the catalogue against deleting from a table, or would happen with it.

#include "sluice/model/pg_quoted.h"

#include "db/pg/pg.h"
#include "db/pg/row.h"

namespace sluice::db::pg {
namespace {

using Kind = RemovalHazard::Kind;

/// The table and, where it is partitioned, all of its partitions: $1 is its quoted name.
constexpr const char* kParts =
    "WITH parts AS (SELECT to_regclass($1)::oid AS oid UNION "
    "SELECT relid FROM pg_partition_tree(to_regclass($1))) ";

class Reader {
 public:
  Reader(SqlSession& session, const model::QualifiedName& table)
      : session_(session), table_(table), quoted_(model::pg::quoted(table)) {}

  std::vector<RemovalHazard> read() {
    if (!read_kind()) return std::move(found_);
    read_rights();
    read_references();
    read_triggers();
    read_rules();
    read_children();
    read_publications();
    return std::move(found_);
  }

 private:
  void add(Kind kind, const std::string& name, const std::string& detail,
           const model::QualifiedName& other = {}) {
    found_.push_back({kind, table_, other, name, detail});
  }
  QueryResult query(const std::string& sql) { return session_.query(sql, {quoted_}); }

  /// False where there is no table to look at.
  bool read_kind() {
    const QueryResult result =
        query("SELECT relkind::text, relrowsecurity FROM pg_class WHERE oid = to_regclass($1)");
    if (result.rows.empty()) {
      add(Kind::not_there, "", "");
      return false;
    }
    Row row(result.rows[0]);
    const std::string kind = row.text();
    if (row.flag()) add(Kind::row_security, "", "");
    if (kind == "r" || kind == "p") return true;
    add(Kind::not_a_table, "", kind == "v" ? "a view" : kind == "f" ? "a foreign table" : kind);
    return false;
  }

  void read_rights() {
    const QueryResult result = query(
        "SELECT p FROM unnest('{SELECT,DELETE}'::text[]) AS p "
        "WHERE NOT has_table_privilege(to_regclass($1), p)");
    for (const auto& row : result.rows) add(Kind::no_right, Row(row).text(), "");
  }

  void read_references() {
    // A foreign key of a partitioned table stands there for each partition as well.
    const QueryResult result = query(
        std::string(kParts) +
        "SELECT DISTINCT n.nspname, c.relname, f.conname, CASE f.confdeltype WHEN 'c' THEN "
        "'CASCADE' WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' WHEN 'r' THEN 'RESTRICT' "
        "ELSE 'NO ACTION' END FROM pg_constraint f JOIN parts ON parts.oid = f.confrelid "
        "JOIN pg_class c ON c.oid = f.conrelid JOIN pg_namespace n ON n.oid = c.relnamespace "
        "WHERE f.contype = 'f' ORDER BY 1, 2, 3");
    for (const auto& fields : result.rows) {
      Row row(fields);
      const std::string schema = row.text();
      const std::string name = row.text();
      const std::string key = row.text();
      add(Kind::reference, key, row.text(), {schema, name});
    }
  }

  void read_triggers() {
    constexpr const char* kOnDelete = "8";  // TRIGGER_TYPE_DELETE of pg_trigger.h
    const QueryResult result = query(
        std::string(kParts) +
        "SELECT DISTINCT t.tgname FROM pg_trigger t JOIN parts ON parts.oid = t.tgrelid WHERE NOT "
        "t.tgisinternal AND t.tgenabled <> 'D' AND t.tgtype & " +
        kOnDelete + " <> 0 ORDER BY 1");
    for (const auto& row : result.rows) {
      const std::string name = Row(row).text();
      if (!name.starts_with(kReadOnlyTrigger)) add(Kind::trigger, name, "");
    }
  }

  void read_rules() {
    constexpr const char* kOfDelete = "'4'";  // CMD_DELETE of nodes.h
    const QueryResult result = query(
        std::string(kParts) +
        "SELECT DISTINCT r.rulename FROM pg_rewrite r JOIN parts ON parts.oid = r.ev_class WHERE "
        "r.ev_type = " +
        kOfDelete + " AND r.ev_enabled <> 'D' ORDER BY 1");
    for (const auto& row : result.rows) add(Kind::rule, Row(row).text(), "");
  }

  void read_children() {
    const QueryResult result = query(
        "SELECT n.nspname, c.relname FROM pg_inherits i JOIN pg_class c ON c.oid = i.inhrelid "
        "JOIN pg_namespace n ON n.oid = c.relnamespace WHERE i.inhparent = to_regclass($1) AND NOT "
        "c.relispartition ORDER BY 1, 2");
    for (const auto& fields : result.rows) {
      Row row(fields);
      const std::string schema = row.text();
      add(Kind::children, "", "", {schema, row.text()});
    }
  }

  void read_publications() {
    const QueryResult result = query(
        "SELECT p.pubname FROM pg_publication p, pg_get_publication_tables(p.pubname) t WHERE "
        "p.pubdelete AND t.relid = to_regclass($1) ORDER BY 1");
    for (const auto& row : result.rows) add(Kind::replicated, Row(row).text(), "a publication");
  }

  SqlSession& session_;
  const model::QualifiedName& table_;
  std::string quoted_;
  std::vector<RemovalHazard> found_;
};

}  // namespace

std::vector<RemovalHazard> read_removal_hazards(SqlSession& session,
                                                const std::vector<model::QualifiedName>& tables) {
  std::vector<RemovalHazard> all;
  for (const model::QualifiedName& table : tables) {
    for (RemovalHazard& hazard : Reader(session, table).read()) all.push_back(std::move(hazard));
  }
  return all;
}

}  // namespace sluice::db::pg
