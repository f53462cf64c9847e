#include "cutover/locks.h"

#include <fmt/format.h>

#include "sluice/cutover/cutover.h"
#include "sluice/model/pg_quoted.h"

namespace sluice::cutover {
namespace {

using model::pg::dollar_quoted;
using model::pg::literal;
using model::pg::quoted;

std::string array_of(const std::vector<std::string>& texts) {
  std::string list;
  for (const std::string& text : texts) list += (list.empty() ? "" : ",\n    ") + literal(text);
  return "ARRAY[" + list + "]::text[]";
}

/// The relations, and tables that a foreign key binds to them: they are locked too.
std::string with_neighbours(const std::vector<std::string>& relations) {
  return "WITH r AS (SELECT to_regclass(name)::oid AS id FROM unnest(" + array_of(relations) +
         ") AS n(name)) SELECT id FROM r UNION SELECT k.conrelid FROM pg_constraint k "
         "JOIN r ON r.id = k.confrelid UNION SELECT k.confrelid FROM pg_constraint k "
         "JOIN r ON r.id = k.conrelid WHERE k.confrelid <> 0";
}

}  // namespace

std::string lock_sql(const std::vector<std::string>& locks,
                     std::chrono::milliseconds lock_timeout) {
  const std::string body = fmt::format(
      R"(
DECLARE
  command text;
  began timestamptz;
  remaining integer := {};
  budget integer := (SELECT setting::integer * 4 / 5 FROM pg_settings WHERE name = 'deadlock_timeout');
BEGIN
  FOREACH command IN ARRAY {} LOOP
    IF began IS NOT NULL THEN
      remaining := budget - (extract(epoch FROM clock_timestamp() - began) * 1000)::integer;
    END IF;
    IF remaining < 1 THEN
      RAISE SQLSTATE '55P03' USING MESSAGE = 'the locks were not to be had together in time';
    END IF;
    PERFORM set_config('lock_timeout', remaining || 'ms', true);
    EXECUTE command;
    IF began IS NULL THEN
      began := clock_timestamp();
      PERFORM set_config('sluice.locked_since', began::text, true);
    END IF;
  END LOOP;
END
)",
      lock_timeout.count(), array_of(locks));
  return "DO " + dollar_quoted(body, "locks");
}

std::vector<std::string> blockers_of(db::SqlSession& session,
                                     const std::vector<std::string>& relations) {
  std::vector<std::string> blockers;
  const auto result = session.query(
      "SELECT DISTINCT format('process %s of %s%s, %s since %s', a.pid, a.usename, "
      "CASE WHEN a.application_name = '' THEN '' ELSE ' (' || a.application_name || ')' END, "
      "a.state, to_char(coalesce(a.xact_start, a.state_change), 'HH24:MI:SS')) "
      "FROM pg_locks l JOIN pg_stat_activity a USING (pid) "
      "WHERE l.granted AND a.pid <> pg_backend_pid() AND l.relation IN (" +
      with_neighbours(relations) + ") ORDER BY 1 LIMIT 10");
  for (const auto& row : result.rows) blockers.push_back(row.at(0).value_or(""));
  return blockers;
}

std::vector<std::string> lock_holders(db::SqlSession& session, const Request& request) {
  std::vector<std::string> names;
  for (const SwapTable& table : swap_tables(request.plan, request.run.id)) {
    for (const auto* const name : {&table.live, &table.side, &table.kept}) {
      names.push_back(quoted(*name));
    }
  }
  return blockers_of(session, names);
}

}  // namespace sluice::cutover
