// What objects and tables need, and in which order objects can be made.

#include <algorithm>
#include <functional>
#include <map>
#include <queue>
#include <set>

#include "db/pg/catalog_objects.h"
#include "db/pg/catalog_parts.h"

namespace sluice::db::pg {
namespace {

// `part` is what is made together with something else and therefore needs for it, or is needed in
// its place: a table's defaults, checks, indexes and statistics, a domain's checks, arrays and row
// types, a range's multirange and constructors. Two steps reach the end of each chain (array of a
// multirange, multirange, range). Foreign keys are left out: tables do not need each other. A table
// needs no parent here either, nor the server of a foreign table or an access method of its own.
// Numbers below 16384 are those of a database that is new.
constexpr const char* kNeeds = R"(
WITH part(class, id, of_class, of_id) AS MATERIALIZED (
  SELECT 'pg_attrdef'::regclass::oid, oid, 'pg_class'::regclass::oid, adrelid FROM pg_attrdef
  UNION ALL
  SELECT 'pg_constraint'::regclass, oid, CASE WHEN conrelid <> 0 THEN 'pg_class'::regclass ELSE 'pg_type'::regclass END,
         CASE WHEN conrelid <> 0 THEN conrelid ELSE contypid END
    FROM pg_constraint WHERE contype NOT IN ('f', 't')
  UNION ALL
  SELECT 'pg_class'::regclass, indexrelid, 'pg_class'::regclass, indrelid FROM pg_index
  UNION ALL
  SELECT 'pg_statistic_ext'::regclass, oid, 'pg_class'::regclass, stxrelid FROM pg_statistic_ext
  UNION ALL
  SELECT d.classid, d.objid, d.refclassid, d.refobjid
    FROM pg_sequence s JOIN pg_depend d ON d.classid = 'pg_class'::regclass AND d.objid = s.seqrelid
   WHERE d.refclassid = 'pg_class'::regclass AND d.deptype IN ('a', 'i')
  UNION ALL
  SELECT classid, objid, refclassid, refobjid FROM pg_depend
   WHERE deptype = 'i' AND objid >= 16384
     AND (classid IN ('pg_type'::regclass, 'pg_proc'::regclass) AND refclassid IN ('pg_type'::regclass, 'pg_class'::regclass)
          OR classid = 'pg_class'::regclass AND refclassid = 'pg_type'::regclass)
), root(class, id, of_class, of_id) AS MATERIALIZED (
  SELECT p.class, p.id, coalesce(q.of_class, p.of_class), coalesce(q.of_id, p.of_id)
    FROM part p LEFT JOIN part q ON q.class = p.of_class AND q.id = p.of_id
), need(class, id, on_class, on_id) AS MATERIALIZED (
  SELECT DISTINCT coalesce(f.of_class, d.classid), coalesce(f.of_id, d.objid),
                  coalesce(t.of_class, d.refclassid), coalesce(t.of_id, d.refobjid)
    FROM pg_depend d
    LEFT JOIN root f ON f.class = d.classid AND f.id = d.objid
    LEFT JOIN root t ON t.class = d.refclassid AND t.id = d.refobjid
   WHERE d.deptype IN ('n', 'e') AND d.refobjid >= 16384 AND d.objid >= 16384
     AND d.classid IN ('pg_class'::regclass, 'pg_type'::regclass, 'pg_collation'::regclass, 'pg_extension'::regclass,
                       'pg_attrdef'::regclass, 'pg_constraint'::regclass, 'pg_statistic_ext'::regclass)
     AND d.refclassid NOT IN ('pg_am'::regclass, 'pg_foreign_server'::regclass)
     AND NOT (d.classid = 'pg_class'::regclass AND d.refclassid = 'pg_class'::regclass AND f.id IS NULL)
)
SELECT n.class, n.id, coalesce(e.refclassid, n.on_class), coalesce(e.refobjid, n.on_id)
  FROM need n
  LEFT JOIN pg_depend e ON e.classid = n.on_class AND e.objid = n.on_id AND e.deptype = 'e'
 WHERE (n.class, n.id) <> (n.on_class, n.on_id)
)";

// What nothing here makes, as people call it: "function app.f(integer)"; a table's name is not
// quoted, as in the ids of objects. Schemas and extensions that are not made are everywhere
// (public, plpgsql). What went meanwhile has no name.
constexpr const char* kNames = R"(
SELECT k.class, k.id, i.type || ' ' || coalesce(n.nspname || '.' || c.relname, i.identity)
  FROM unnest($1::oid[], $2::oid[]) AS k(class, id)
 CROSS JOIN LATERAL pg_identify_object(k.class, k.id, 0) AS i
  LEFT JOIN pg_class c ON k.class = 'pg_class'::regclass AND c.oid = k.id
  LEFT JOIN pg_namespace n ON n.oid = c.relnamespace
 WHERE k.class NOT IN ('pg_namespace'::regclass, 'pg_extension'::regclass) AND i.identity IS NOT NULL
)";

constexpr const char* kClassOfTables = "1259/";  // pg_class has had this number since ever

using Keys = std::set<std::string>;
using Graph = std::map<std::string, Keys>;
using Ids = std::map<std::string, std::string>;

std::string take_key(Row& row) {
  const std::string object_class = row.text();
  return object_class + "/" + row.text();
}

std::string number_of(const std::string& key) { return key.substr(key.find('/') + 1); }

/// What objects, and the tables that are asked for, need directly.
Graph read_graph(Connection& connection, const ObjectMap& objects, const TableSet& tables) {
  Graph needs;
  for (const auto& fields : connection.query(kNeeds, {}).rows) {
    Row row(fields);
    const std::string needy = take_key(row);
    const bool is_table = needy.starts_with(kClassOfTables) && tables.has(number_of(needy));
    if (is_table || objects.contains(needy)) needs[needy].insert(take_key(row));
  }
  return needs;
}

void add_names(Connection& connection, const Keys& keys, Ids& ids) {
  std::vector<std::string> classes;
  std::vector<std::string> numbers;
  for (const std::string& key : keys) {
    classes.push_back(key.substr(0, key.find('/')));
    numbers.push_back(number_of(key));
  }
  const QueryResult names = connection.query(kNames, {array_text(classes), array_text(numbers)});
  for (const auto& fields : names.rows) {
    Row row(fields);
    const std::string key = take_key(row);
    ids[key] = row.text();
  }
}

/// The ids of all that is needed; what has none is left out of needs.
Ids read_ids(Connection& connection, const ObjectMap& objects, const Graph& needs) {
  Ids ids;
  for (const auto& [key, object] : objects) ids[key] = object.id();
  Keys others;
  for (const auto& [needy, keys] : needs) {
    for (const std::string& key : keys) {
      if (!ids.contains(key)) others.insert(key);
    }
  }
  if (!others.empty()) add_names(connection, others, ids);
  return ids;
}

/// By id, but each after all that it needs. Should objects need each other in a circle, which no
/// server lets anybody make in single steps, they come last.
std::vector<std::string> in_order(const ObjectMap& objects, const Graph& needs, const Ids& ids) {
  using Ready = std::pair<std::string, std::string>;  // id, key
  std::priority_queue<Ready, std::vector<Ready>, std::greater<>> ready;
  std::map<std::string, std::size_t> missing;
  Graph needed_by;
  for (const auto& [key, object] : objects) {
    std::size_t& count = missing[key];
    const auto found = needs.find(key);
    if (found != needs.end()) {
      for (const std::string& need : found->second) {
        if (objects.contains(need) && needed_by[need].insert(key).second) ++count;
      }
    }
    if (count == 0) ready.emplace(ids.at(key), key);
  }
  std::vector<std::string> order;
  while (!ready.empty()) {
    const std::string key = ready.top().second;
    ready.pop();
    missing.erase(key);
    order.push_back(key);
    for (const std::string& next : needed_by[key]) {
      if (--missing.at(next) == 0) ready.emplace(ids.at(next), next);
    }
  }
  for (const auto& [key, count] : missing) order.push_back(key);
  return order;
}

/// With all that is needed by the objects that are needed; another table has needs of its own.
void collect(const std::string& key, const Graph& needs, const ObjectMap& objects, Keys& all) {
  const auto found = needs.find(key);
  if (found == needs.end()) return;
  for (const std::string& need : found->second) {
    if (all.insert(need).second && objects.contains(need)) collect(need, needs, objects, all);
  }
}

/// Ids of these keys: first what can be made, in its order, then what cannot, by name.
std::vector<std::string> named(const Keys& keys, const Ids& ids,
                               const std::map<std::string, std::size_t>& places) {
  std::vector<std::pair<std::size_t, std::string>> found;
  for (const std::string& key : keys) {
    const auto id = ids.find(key);
    if (id == ids.end()) continue;
    const auto place = places.find(key);
    found.emplace_back(place == places.end() ? places.size() : place->second, id->second);
  }
  std::sort(found.begin(), found.end());
  std::vector<std::string> names;
  names.reserve(found.size());
  for (auto& [place, id] : found) names.push_back(std::move(id));
  return names;
}

}  // namespace

std::vector<model::SchemaObject> read_objects(Connection& connection, TableSet& tables) {
  ObjectMap objects = read_definitions(connection);
  const Graph needs = read_graph(connection, objects, tables);
  const Ids ids = read_ids(connection, objects, needs);
  const std::vector<std::string> order = in_order(objects, needs, ids);
  std::map<std::string, std::size_t> places;
  for (const std::string& key : order) places.emplace(key, places.size());
  std::vector<model::SchemaObject> ordered;
  for (const auto& [key, direct] : needs) {
    const auto object = objects.find(key);
    if (object != objects.end()) {
      object->second.needs = named(direct, ids, places);
      continue;
    }
    Keys all;
    collect(key, needs, objects, all);
    tables.at(number_of(key)).needs = named(all, ids, places);
  }
  ordered.reserve(order.size());
  for (const std::string& key : order) ordered.push_back(std::move(objects.at(key)));
  return ordered;
}

}  // namespace sluice::db::pg
