#include "sluice/model/error.h"

#include "db/pg/copy_in.h"
#include "db/pg/copy_rows.h"
#include "db/pg/error.h"
#include "db/pg/pg.h"
#include "db/pg/session.h"

namespace sluice::db::pg {
namespace {

class PgTargetSession : public SessionOn<TargetSession> {
 public:
  using TargetSession::write;

  explicit PgTargetSession(const model::Endpoint& endpoint)
      : SessionOn(endpoint, Purpose::target) {}

  [[nodiscard]] std::optional<Refusal> write(const TableWrite& table, const codec::RowBuffer& rows,
                                             std::size_t first, std::size_t count) override {
    if (first > rows.rows() || count > rows.rows() - first) {
      throw model::Error(model::ErrorKind::internal, "a write goes beyond the rows of its batch");
    }
    if (count == 0) return std::nullopt;
    return copy_rows_in(connection(), table, rows, first, count);
  }

  [[nodiscard]] std::optional<Refusal> try_query(std::string_view sql) override {
    const Result result(PQexec(connection().raw(), std::string(sql).c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return std::nullopt;
    return refusal_or_throw(connection(), result.get());
  }
};

}  // namespace

std::unique_ptr<TargetSession> open_target(const model::Endpoint& endpoint) {
  return std::make_unique<PgTargetSession>(endpoint);
}

void flush_commits(SqlSession& session) {
  // WAL is flushed in order: one commit that is flushed has flushed all before it. The message
  // gives the transaction something to commit; an empty one would not write anything.
  session.begin();
  session.query("SET LOCAL synchronous_commit = on");
  session.query("SELECT pg_logical_emit_message(true, 'sluice', 'flush')");
  session.commit();
}

}  // namespace sluice::db::pg
