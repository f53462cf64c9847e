#pragma once

#include <string>

#include "mysql_catalog_fixture.h"

/// What the tests of MariaDB and of MySQL share about objects beside tables.
namespace sluice::test::mysql {

/// "event e"
[[nodiscard]] inline Texts others_of(const model::Catalog& catalog) {
  Texts texts;
  for (const model::OtherObject& other : catalog.others) {
    CHECK(other.name.schema == catalog.server.database);
    texts.push_back(other.kind + " " + other.name.table);
  }
  return texts;
}

inline void make_one_of_each(const MysqlFamilyDatabase& db) {
  db.run(
      "CREATE TABLE t (day date) PARTITION BY HASH (year(day)) PARTITIONS 2;"
      "CREATE TABLE u (a int);"
      "CREATE VIEW v AS SELECT * FROM t;"
      "CREATE TRIGGER tr BEFORE INSERT ON u FOR EACH ROW SET NEW.a = 1;"
      "CREATE FUNCTION f(x int) RETURNS int DETERMINISTIC RETURN x;"
      "CREATE PROCEDURE p() SELECT 1;"
      "CREATE EVENT e ON SCHEDULE EVERY 1 YEAR DISABLE DO SELECT 1");
}

/// A user of the database who may read its tables, and has further rights for the time of a test.
class OnlyReader {
 public:
  explicit OnlyReader(const MysqlFamilyDatabase& db) : db_(db) {
    db.run("CREATE USER only_reader@localhost");
    grant("SELECT ON " + db.name() + ".*");
  }
  OnlyReader(const OnlyReader&) = delete;
  OnlyReader& operator=(const OnlyReader&) = delete;
  ~OnlyReader() { db_.run("DROP USER only_reader@localhost"); }

  void grant(const std::string& right) const {
    db_.run("GRANT " + right + " TO only_reader@localhost");
  }
  void revoke(const std::string& right) const {
    db_.run("REVOKE " + right + " FROM only_reader@localhost");
  }
  [[nodiscard]] model::Catalog catalog() const { return db::read_catalog(*session()); }
  /// "triggers: TRIGGER on DB"
  [[nodiscard]] Texts unseen() const {
    const auto own = session();
    Texts texts;
    for (const db::Unseen& some : db::read_unseen(*own, db::read_catalog(*own))) {
      texts.push_back(without_name(some.objects) + ": " + without_name(some.right));
    }
    return texts;
  }

 private:
  [[nodiscard]] std::unique_ptr<db::SqlSession> session() const {
    return db::open_session(endpoint_as(db_, "only_reader"), db::Purpose::catalog);
  }
  [[nodiscard]] std::string without_name(std::string text) const {
    const std::size_t at = text.find(db_.name());
    return at == std::string::npos ? text : text.replace(at, db_.name().size(), "DB");
  }

  const MysqlFamilyDatabase& db_;
};

/// A user is told of objects that he is not shown for as long as the server does not show them.
/// `routine_right`: by which it shows every routine; `on` it is.
inline void check_unseen(const MysqlFamilyDatabase& db, const std::string& routine_right,
                         const std::string& on) {
  make_one_of_each(db);
  const OnlyReader user(db);
  const std::string triggers = "triggers of DB: TRIGGER on DB";
  const std::string events = "events of DB: EVENT on DB";
  const std::string routines = "routines of DB: " + routine_right + " on " + on;
  CHECK(others_of(user.catalog()) == Texts{"view v"});
  CHECK(user.catalog().find({db.name(), "t"})->partition_key == "HASH (year(`day`))");
  CHECK(user.unseen() == Texts{triggers, events, routines});
  // Other tables may have triggers as well.
  user.grant("TRIGGER ON " + db.name() + ".u");
  CHECK(others_of(user.catalog()) == Texts{"trigger u.tr", "view v"});
  CHECK(user.unseen() == Texts{triggers, events, routines});
  user.grant("TRIGGER ON " + db.name() + ".t");
  CHECK(user.unseen() == Texts{events, routines});
  user.grant("EVENT ON " + db.name() + ".*");
  CHECK(others_of(user.catalog()) == Texts{"event e", "trigger u.tr", "view v"});
  CHECK(user.unseen() == Texts{routines});
  const Texts all{"event e", "function f", "procedure p", "trigger u.tr", "view v"};
  for (const std::string& right : {routine_right + " ON " + on, "EXECUTE ON " + db.name() + ".*"}) {
    CAPTURE(right);
    user.grant(right);
    CHECK(others_of(user.catalog()) == all);
    CHECK(user.unseen().empty());
    user.revoke(right);
  }
  user.grant("EXECUTE ON PROCEDURE " + db.name() + ".p");
  CHECK(others_of(user.catalog()) == Texts{"event e", "procedure p", "trigger u.tr", "view v"});
  CHECK(user.unseen() == Texts{routines});
}

}  // namespace sluice::test::mysql
