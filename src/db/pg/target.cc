#include <algorithm>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"

#include "db/pg/copy_in.h"
#include "db/pg/copy_text.h"
#include "db/pg/error.h"
#include "db/pg/pg.h"
#include "db/pg/session.h"

namespace sluice::db::pg {
namespace {

// Lines are made and sent in turns, so that the text of a batch never lies in memory whole.
constexpr std::size_t kTextPieceBytes = std::size_t{256} << 10;

bool is_text_copy(const TableWrite& table) {
  return std::any_of(table.columns.begin(), table.columns.end(),
                     [](const WriteColumn& column) { return column.staged; });
}

std::string copy_sql(const TableWrite& table, const char* format) {
  std::string columns;
  for (const WriteColumn& column : table.columns) {
    if (!columns.empty()) columns += ", ";
    columns += model::quote_identifier(model::Engine::postgresql, column.name);
  }
  return "COPY " + model::quote_name(model::Engine::postgresql, table.table) + " (" + columns +
         ") FROM STDIN (FORMAT " + format + ")";
}

/// The rows as they lie in the buffer: they are the COPY stream already.
std::string_view span_of(const codec::RowBuffer& rows, std::size_t first, std::size_t count) {
  const char* begin = rows.row(first).data();
  const std::string_view last = rows.row(first + count - 1);
  return {begin, static_cast<std::size_t>(last.data() + last.size() - begin)};
}

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
    return is_text_copy(table) ? write_text(table, rows, first, count)
                               : write_binary(table, rows, first, count);
  }

  [[nodiscard]] std::optional<Refusal> try_query(std::string_view sql) override {
    const Result result(PQexec(connection().raw(), std::string(sql).c_str()));
    const ExecStatusType status = PQresultStatus(result.get());
    if (status == PGRES_COMMAND_OK || status == PGRES_TUPLES_OK) return std::nullopt;
    return refusal_or_throw(connection(), result.get());
  }

 private:
  std::optional<Refusal> write_binary(const TableWrite& table, const codec::RowBuffer& rows,
                                      std::size_t first, std::size_t count) {
    CopyIn copy(connection(), copy_sql(table, "binary"));
    static_cast<void>(copy.send(codec::kCopyHeader) && copy.send(span_of(rows, first, count)) &&
                      copy.send(codec::kCopyTrailer));
    return copy.finish(count);
  }

  std::optional<Refusal> write_text(const TableWrite& table, const codec::RowBuffer& rows,
                                    std::size_t first, std::size_t count) {
    std::vector<codec::Carrier> carriers;
    for (const WriteColumn& column : table.columns) carriers.push_back(column.carrier);
    CopyTextWriter writer(std::move(carriers));
    CopyIn copy(connection(), copy_sql(table, "text"));
    std::string lines;
    bool taken = true;
    for (std::size_t i = first; i < first + count && taken; ++i) {
      writer.append(rows.row(i), lines);
      if (lines.size() < kTextPieceBytes) continue;
      taken = copy.send(lines);
      lines.clear();
    }
    if (taken) static_cast<void>(copy.send(lines));
    return copy.finish(count);
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
