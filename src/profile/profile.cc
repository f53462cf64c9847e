#include "sluice/profile/profile.h"

#include "sluice/db/sql_session.h"

namespace sluice::profile {

Profile take_profile(const model::Endpoint& endpoint, const std::vector<std::string>& schemas) {
  const auto session = db::open_session(endpoint, db::Purpose::catalog);
  Profile profile;
  profile.side = endpoint.side;
  profile.catalog = db::read_catalog(*session, schemas);
  profile.storage = db::read_storage(*session);
  std::vector<model::QualifiedName> tables;
  for (const model::Table& table : profile.catalog.tables) tables.push_back(table.name);
  profile.write_privileges = db::write_privileges(*session, tables);
  return profile;
}

}  // namespace sluice::profile
