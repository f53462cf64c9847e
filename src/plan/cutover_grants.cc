#include <fmt/format.h>

#include "sluice/model/pg_quoted.h"
#include "sluice/plan/grants.h"

namespace sluice::plan {
namespace {

namespace pg = model::pg;

constexpr const char* kTitle =
    "-- target: what the role needs beside, for the hour of the cutover. A table gets another "
    "name\n"
    "-- from its owner alone, and so does what is bound to it: the role becomes a member of the\n"
    "-- owners of live tables, and of the views over them. It says of whom\n";

/// Live tables that are there, and all views that come to read them.
constexpr const char* kOwners =
    "    WITH RECURSIVE bound(oid, relowner) AS (\n"
    "      SELECT oid, relowner FROM pg_class WHERE oid IN ({})\n"
    "      UNION\n"
    "      SELECT v.oid, v.relowner FROM bound\n"
    "      JOIN pg_depend d ON d.refobjid = bound.oid AND d.refclassid = 'pg_class'::regclass\n"
    "        AND d.classid = 'pg_rewrite'::regclass\n"
    "      JOIN pg_rewrite r ON r.oid = d.objid JOIN pg_class v ON v.oid = r.ev_class)\n"
    "    SELECT DISTINCT rolname, rolsuper FROM bound JOIN pg_roles ON pg_roles.oid = relowner\n"
    "    WHERE rolname <> {}\n";

/// Nobody becomes a superuser by a migration.
constexpr const char* kLoop =
    "  LOOP\n"
    "    IF owner.rolsuper THEN\n"
    "      RAISE EXCEPTION 'tables belong to superuser %: give them an owner of their own',\n"
    "        owner.rolname;\n"
    "    END IF;\n"
    "    EXECUTE format('GRANT %I TO %I', owner.rolname, {0});\n"
    "    RAISE NOTICE 'afterwards: REVOKE % FROM %;', quote_ident(owner.rolname), "
    "quote_ident({0});\n"
    "  END LOOP;\nEND ";

}  // namespace

std::string cutover_grants(const config::Config& config, const GrantRoles& roles) {
  std::string name = roles.target;
  if (name.empty()) name = config.target.user.empty() ? "sluice_target" : config.target.user;
  std::string tables;
  for (const config::Table& table : config.tables) {
    tables += fmt::format("{}to_regclass({})", tables.empty() ? "" : ",\n        ",
                          pg::literal(pg::quoted(table.target)));
  }
  const std::string body = "\nDECLARE owner record;\nBEGIN\n  FOR owner IN\n" +
                           fmt::format(kOwners, tables, pg::literal(name)) +
                           fmt::format(kLoop, pg::literal(name));
  return kTitle + fmt::format("DO {};\n", pg::dollar_quoted(body, "grants"));
}

}  // namespace sluice::plan
