#include "support/reader.h"

#include <fmt/format.h>

namespace sluice::test {
namespace {

constexpr const char* kReader = "sluice_reader";
constexpr const char* kCreator = "sluice_creator";

/// Roles are the server's, and tests share it.
void make_role(const PostgresDatabase& db, const char* name) {
  db.run(fmt::format(
      "DO $$ BEGIN CREATE ROLE {} LOGIN; EXCEPTION WHEN duplicate_object THEN NULL; END $$", name));
}

}  // namespace

std::string url_of(const PostgresDatabase& db, const std::string& user) {
  return fmt::format("postgresql:///{}?host={}&port={}&user={}", db.name(),
                     db.server().socket_dir(), db.server().port(), user);
}

std::string url_of(const MysqlFamilyDatabase& db, const std::string& who) {
  return fmt::format("{}:///{}?socket={}&{}", db.server().is_mysql() ? "mysql" : "mariadb",
                     db.name(), db.server().socket(), who);
}

std::string reader_url(const PostgresDatabase& db) {
  make_role(db, kReader);
  db.run(fmt::format("ALTER DEFAULT PRIVILEGES GRANT SELECT ON TABLES TO {}", kReader));
  return url_of(db, kReader);
}

std::string reader_url(const MysqlFamilyDatabase& db) {
  // What tells whether a source has moved, and on MySQL the lock for one point in time; nothing
  // can be written with them.
  const char* const more =
      db.server().is_mysql() ? "REPLICATION CLIENT, FLUSH_TABLES" : "BINLOG MONITOR, SLAVE MONITOR";
  db.run(
      fmt::format("CREATE USER IF NOT EXISTS {0}@localhost;"
                  "GRANT SELECT, SHOW VIEW ON {1}.* TO {0}@localhost;"
                  "GRANT {2} ON *.* TO {0}@localhost",
                  kReader, db.name(), more));
  return url_of(db, fmt::format("user={}&defaults_file=/dev/null", kReader));
}

void let_reader_read(const PostgresDatabase& db, const std::string& schema) {
  std::string quoted;
  for (const char c : schema) quoted.append(c == '"' ? 2 : 1, c);
  db.run(fmt::format(
      "GRANT USAGE ON SCHEMA \"{0}\" TO {1}; GRANT SELECT ON ALL TABLES IN SCHEMA \"{0}\" TO {1};"
      "GRANT SELECT ON ALL SEQUENCES IN SCHEMA \"{0}\" TO {1}",
      quoted, kReader));
}

std::string creator_url(const PostgresDatabase& db) {
  make_role(db, kCreator);
  db.run(fmt::format("GRANT CREATE ON DATABASE {0} TO {1}; GRANT CREATE ON SCHEMA public TO {1}",
                     db.name(), kCreator));
  return url_of(db, kCreator);
}

}  // namespace sluice::test
