#include "sluice/model/error.h"

#include "db/mysql/connector_session.h"
#include "db/mysql/mysql.h"
#include "db/mysql/settings.h"

namespace sluice::db::mysql {

std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint, Purpose purpose) {
  if (purpose == Purpose::target) {
    throw model::Error(model::ErrorKind::config,
                       "a MySQL or MariaDB server cannot be a target in this version",
                       "name a postgresql:// target");
  }
  return open_connector_session(resolve_settings(endpoint));
}

}  // namespace sluice::db::mysql
