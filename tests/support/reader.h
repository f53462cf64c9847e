#pragma once

#include <string>

#include "support/mysql_family.h"
#include "support/postgres_server.h"

/// URLs of test databases, by unix socket, for those who need no password.
namespace sluice::test {

[[nodiscard]] std::string url_of(const PostgresDatabase& db, const std::string& user);
/// `who` is parameters of the URL: "user=u&defaults_file=/dev/null".
[[nodiscard]] std::string url_of(const MysqlFamilyDatabase& db, const std::string& who);

/// Makes a role that can read the database, those tables included that its superuser makes later,
/// and nothing else.
[[nodiscard]] std::string reader_url(const PostgresDatabase& db);
[[nodiscard]] std::string reader_url(const MysqlFamilyDatabase& db);
/// Also tables of the schema that others have made by now.
void let_reader_read(const PostgresDatabase& db, const std::string& schema);

/// Makes a role that owns nothing in the database and may create in it.
[[nodiscard]] std::string creator_url(const PostgresDatabase& db);

}  // namespace sluice::test
