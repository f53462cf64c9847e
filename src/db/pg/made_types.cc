#include "db/pg/made_types.h"

#include "db/pg/row.h"

namespace sluice::db::pg {
namespace {

// One line for each part of each made type that the columns need. Multiranges came with 14. A type
// may be printed with its schema, which is taken off.
constexpr const char* kParts = R"(
WITH RECURSIVE part(type, kind, position, name, of, typmod) AS (
  SELECT DISTINCT 0::oid, '', 0, '', a.atttypid, -1
    FROM pg_attribute a
   WHERE a.attrelid = ANY ($1::oid[]) AND a.attnum > 0 AND NOT a.attisdropped
  UNION
  SELECT t.oid, CASE WHEN t.typtype = 'b' AND t.typcategory = 'A' THEN 'A' ELSE t.typtype::text END,
         below.position, below.name, below.of, below.typmod
    FROM part p
    JOIN pg_type t ON t.oid = p.of AND t.typnamespace <> 'pg_catalog'::regnamespace
   CROSS JOIN LATERAL (
      SELECT a.attnum::int, quote_ident(a.attname) COLLATE "default", a.atttypid, a.atttypmod
        FROM pg_attribute a
       WHERE t.typtype = 'c' AND a.attrelid = t.typrelid AND a.attnum > 0 AND NOT a.attisdropped
      UNION ALL
      SELECT 0, '', t.typbasetype, t.typtypmod WHERE t.typtype = 'd'
      UNION ALL
      SELECT 0, '', t.typelem, -1 WHERE t.typtype = 'b' AND t.typcategory = 'A'
      UNION ALL
      SELECT 0, '', r.rngsubtype, -1 FROM pg_range r
       WHERE r.rngtypid = t.oid OR to_jsonb(r) ->> 'rngmultitypid' = t.oid::text
      UNION ALL
      SELECT 0, '', 0::oid, -1 WHERE t.typtype = 'e'
   ) AS below(position, name, of, typmod)
)
SELECT type, kind, name, of, regexp_replace(format_type(of, typmod), '^("([^"]|"")+"|\w+)\.', '')
  FROM part WHERE type <> 0 ORDER BY type, position
)";

struct Part {
  std::string name;  // of a field
  std::string of;
  std::string text;  // the type as the server prints it
};

struct MadeType {
  std::string kind;
  std::vector<Part> parts;
};

using Definitions = std::unordered_map<std::string, MadeType>;

std::vector<std::string> fields_of(const Definitions& types, const MadeType& type);

/// A type that is in nobody's definitions is the server's own.
std::string expanded(const Definitions& types, const std::string& oid, const std::string& text) {
  const auto found = types.find(oid);
  if (found == types.end()) return text;
  const MadeType& type = found->second;
  if (type.kind == "e") return "enum";
  if (type.kind == "c") {
    std::string fields;
    for (const std::string& field : fields_of(types, type)) {
      fields += (fields.empty() ? "" : ", ") + field;
    }
    return "(" + fields + ")";
  }
  const Part& part = type.parts.front();
  std::string inner = expanded(types, part.of, part.text);
  if (type.kind == "A") return inner + "[]";
  if (type.kind == "d") return inner;
  return (type.kind == "m" ? "multirange of " : "range of ") + inner;
}

std::vector<std::string> fields_of(const Definitions& types, const MadeType& type) {
  std::vector<std::string> fields;
  for (const Part& part : type.parts) {
    fields.push_back(part.name + " " + expanded(types, part.of, part.text));
  }
  return fields;
}

}  // namespace

MadeTypes read_made_types(Connection& connection, const Parameter& tables) {
  Definitions types;
  for (const auto& fields : connection.query(kParts, {tables}).rows) {
    Row row(fields);
    MadeType& type = types[row.text()];
    type.kind = row.text();
    Part& part = type.parts.emplace_back();
    part.name = row.text();
    part.of = row.text();
    part.text = row.text();
  }
  MadeTypes made;
  for (const auto& [oid, type] : types) {
    if (type.kind == "e") continue;
    made[oid] = type.kind == "c" ? fields_of(types, type)
                                 : std::vector<std::string>{expanded(types, oid, "")};
  }
  return made;
}

}  // namespace sluice::db::pg
