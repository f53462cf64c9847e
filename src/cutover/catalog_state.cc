#include "cutover/catalog_state.h"

#include <array>
#include <string_view>

#include <fmt/format.h>

namespace sluice::cutover {
namespace {

/// A change is a new row version, or one less. While as many rows are there, each new version bears
/// another transaction than the one that it replaces: the sum moves. Updates in place (figures of
/// VACUUM and ANALYZE) show in neither.
constexpr std::string_view kOne =
    "SELECT '{0} ' || count(*) || ' ' || coalesce(sum(xmin::text::bigint), 0) AS state FROM "
    "pg_catalog.{0} c WHERE {1}";

struct Read {
  std::string_view catalog;
  std::string_view rows = "true";
};

/// What the questions of a look join. Names of indexes are changed before the locks; that such an
/// index was made or dropped shows in pg_index. Tables of other sessions' own come and go.
constexpr std::array kRead{
    Read{"pg_class", "relkind NOT IN ('i', 'I', 't') AND relpersistence <> 't'"},
    Read{"pg_constraint", "contype NOT IN ('p', 'u', 'x')"},
    Read{"pg_attribute"},
    Read{"pg_attrdef"},
    Read{"pg_depend"},
    Read{"pg_description"},
    Read{"pg_event_trigger"},
    Read{"pg_index"},
    Read{"pg_inherits"},
    Read{"pg_namespace"},
    Read{"pg_policy"},
    Read{"pg_proc"},
    Read{"pg_publication"},
    Read{"pg_publication_rel"},
    Read{"pg_rewrite"},
    Read{"pg_seclabel"},
    Read{"pg_sequence"},
    Read{"pg_statistic_ext"},
    Read{"pg_subscription_rel"},
    Read{"pg_trigger"},
    Read{"pg_type"},
};

}  // namespace

std::string catalog_state(db::SqlSession& session) {
  std::string sql;
  for (const Read& read : kRead) {
    sql += (sql.empty() ? "" : " UNION ALL ") +
           fmt::format(fmt::runtime(kOne), read.catalog, read.rows);
  }
  return session.query("SELECT string_agg(state, E'\\n' ORDER BY state) FROM (" + sql + ") states")
      .value();
}

}  // namespace sluice::cutover
