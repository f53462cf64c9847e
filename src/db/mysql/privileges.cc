// What the connected user may do. SHOW GRANTS is asked, because the views of information_schema
// leave out what comes through roles.

#include <algorithm>

#include "db/mysql/dialect.h"
#include "db/mysql/grants.h"
#include "db/mysql/mysql.h"

namespace sluice::db::mysql {

std::vector<std::string> write_privileges(SqlSession& session,
                                          const std::vector<model::QualifiedName>& tables) {
  std::vector<std::string> found;
  for (const std::string& line : all_grants(session)) {
    const std::vector<std::string> some = writing_privileges(read_grant(line), tables);
    found.insert(found.end(), some.begin(), some.end());
  }
  std::sort(found.begin(), found.end());
  found.erase(std::unique(found.begin(), found.end()), found.end());
  return found;
}

}  // namespace sluice::db::mysql
