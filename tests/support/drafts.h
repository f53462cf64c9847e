#pragma once

#include <string>

#include <fmt/format.h>

#include "sluice/db/catalog.h"
#include "sluice/model/endpoint.h"

#include "support/postgres_server.h"

namespace sluice::test {

/// The database as a config names it, for tests that draft a plan without the program.
inline std::string url(const PostgresDatabase& db) {
  return fmt::format("postgresql:///{}?host={}&port={}&user={}", db.name(),
                     db.server().socket_dir(), db.server().port(), db.server().user());
}

/// What the schema public holds.
inline model::Catalog catalog_of(const model::Endpoint& endpoint) {
  return db::read_catalog(*db::open_session(endpoint, db::Purpose::catalog), {"public"});
}

}  // namespace sluice::test
