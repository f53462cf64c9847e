#include "db/pg/session.h"

#include "db/pg/pg.h"

namespace sluice::db::pg {

std::unique_ptr<SqlSession> open_session(const model::Endpoint& endpoint, Purpose purpose) {
  return std::make_unique<Session>(endpoint, purpose);
}

}  // namespace sluice::db::pg
