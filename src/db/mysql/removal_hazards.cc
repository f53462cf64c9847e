// What stands in the catalogue against deleting from a table, or would happen with it.

#include <utility>

#include <fmt/format.h>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"

#include "db/mysql/dialect.h"
#include "db/mysql/grants.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {
namespace {

using Kind = RemovalHazard::Kind;

/// InnoDB keeps names as file names spell them ("a@002db"), schema and table with a slash between.
std::string decoded(const std::string& part) {
  return "CONVERT(CONVERT(CONVERT(" + part + " USING binary) USING filename) USING utf8mb4)";
}
std::string schema_part(const char* column) {
  return decoded(fmt::format("SUBSTRING_INDEX({}, '/', 1)", column));
}
std::string table_part(const char* column) {
  return decoded(fmt::format("SUBSTR({0}, LOCATE('/', {0}) + 1)", column));
}

class Reader {
 public:
  Reader(SqlSession& session, const std::vector<Grant>& grants, const model::QualifiedName& table)
      : session_(session), grants_(grants), table_(table) {}

  std::vector<RemovalHazard> read() {
    for (const char* right : {"SELECT", "DELETE"}) {
      if (!gives_one_of(grants_, {right}, table_)) add(Kind::no_right, right, "");
    }
    if (!read_kind()) return std::move(found_);
    read_references();
    read_triggers();
    return std::move(found_);
  }

 private:
  void add(Kind kind, const std::string& name, const std::string& detail,
           const model::QualifiedName& other = {}) {
    found_.push_back({kind, table_, other, name, detail});
  }
  QueryResult query(const std::string& sql) {
    return session_.query(sql, {table_.schema, table_.table});
  }

  /// False where there is no table to look at.
  bool read_kind() {
    const QueryResult result = query(
        "SELECT TABLE_TYPE, COALESCE(ENGINE, '') FROM information_schema.TABLES WHERE TABLE_SCHEMA "
        "= ? AND TABLE_NAME = ?");
    if (result.rows.empty()) {
      add(Kind::not_there, "", "");
      return false;
    }
    const std::string type = result.rows[0].at(0).value_or("");
    const std::string engine = result.rows[0].at(1).value_or("");
    if (type != "BASE TABLE" && type != "SYSTEM VERSIONED") {
      add(Kind::not_a_table, "", type == "VIEW" ? "a view" : type);
      return false;
    }
    if (!codec::mysql_engine_has_snapshots(engine)) add(Kind::no_transaction, "", engine);
    return true;
  }

  /// All there are, in whichever database. Who may not ask InnoDB itself sees those of tables that
  /// he has a right on, and a cascade from another one would go unseen.
  void read_references() {
    constexpr const char* kAction =
        "CASE WHEN TYPE & 1 THEN 'CASCADE' WHEN TYPE & 2 THEN 'SET NULL' ELSE 'NO ACTION' END";
    try {
      const QueryResult result = query(fmt::format(
          "SELECT {}, {}, SUBSTR(ID, LOCATE('/', ID) + 1), {} FROM {} WHERE {} = ? AND {} = ? "
          "ORDER BY 1, 2, 3",
          schema_part("FOR_NAME"), table_part("FOR_NAME"), kAction,
          foreign_keys_view(session_.engine()), schema_part("REF_NAME"), table_part("REF_NAME")));
      for (const auto& row : result.rows) add_reference(row);
    } catch (const model::Error& error) {
      if (error.kind() != model::ErrorKind::config) throw;
      read_visible_references();
      add(Kind::unseen, "PROCESS", "foreign keys of other tables");
    }
  }

  void read_visible_references() {
    const QueryResult result = query(
        "SELECT CONSTRAINT_SCHEMA, TABLE_NAME, CONSTRAINT_NAME, DELETE_RULE FROM "
        "information_schema.REFERENTIAL_CONSTRAINTS WHERE UNIQUE_CONSTRAINT_SCHEMA = ? AND "
        "REFERENCED_TABLE_NAME = ? ORDER BY 1, 2, 3");
    for (const auto& row : result.rows) add_reference(row);
  }

  void add_reference(const std::vector<std::optional<std::string>>& row) {
    add(Kind::reference, row.at(2).value_or(""), row.at(3).value_or(""),
        {row.at(0).value_or(""), row.at(1).value_or("")});
  }

  void read_triggers() {
    if (!gives_one_of(grants_, {"TRIGGER"}, table_)) add(Kind::unseen, "TRIGGER", "triggers");
    const QueryResult result = query(
        "SELECT TRIGGER_NAME FROM information_schema.TRIGGERS WHERE EVENT_MANIPULATION = 'DELETE' "
        "AND EVENT_OBJECT_SCHEMA = ? AND EVENT_OBJECT_TABLE = ? ORDER BY 1");
    for (const auto& row : result.rows) {
      const std::string name = row.at(0).value_or("");
      if (!name.starts_with(kReadOnlyTrigger)) add(Kind::trigger, name, "");
    }
  }

  SqlSession& session_;
  const std::vector<Grant>& grants_;
  const model::QualifiedName& table_;
  std::vector<RemovalHazard> found_;
};

}  // namespace

std::vector<RemovalHazard> read_removal_hazards(SqlSession& session,
                                                const std::vector<model::QualifiedName>& tables) {
  const std::vector<Grant> grants = grants_in_use(session);
  const bool logged = session.query("SELECT @@log_bin").value() == "1";
  std::vector<RemovalHazard> all;
  for (const model::QualifiedName& table : tables) {
    for (RemovalHazard& hazard : Reader(session, grants, table).read()) {
      all.push_back(std::move(hazard));
    }
    if (logged) all.push_back({Kind::replicated, table, {}, "", "the binary log"});
  }
  return all;
}

}  // namespace sluice::db::mysql
