#include "db/pg/read_sql.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::pg {
namespace {

using codec::Carrier;
using model::Key;
using model::RangeKind;

ReadColumn column(const std::string& name, const std::string& sql, const std::string& base,
                  Carrier carrier) {
  ReadColumn made;
  made.name = name;
  made.type.sql = sql;
  made.type.base = base;
  made.carrier = carrier;
  return made;
}

TableRead two_columns() {
  TableRead table;
  table.table = {"crm", "t"};
  table.columns = {column("a", "integer", "int4", Carrier::int4),
                   column("b", "character varying(9)", "varchar", Carrier::text)};
  table.key = {0};
  return table;
}

}  // namespace

TEST_CASE("a whole table is selected column by column") {
  CHECK(select_sql(two_columns(), {RangeKind::whole, {}, {}}, true, WithCtid::no) ==
        R"(SELECT "a", "b" FROM ONLY "crm"."t" AS t)");
  CHECK(select_sql(two_columns(), {RangeKind::whole, {}, {}}, false, WithCtid::no) ==
        R"(SELECT "a", "b" FROM "crm"."t" AS t)");
}

TEST_CASE("bounds of a key are literals of the column's type") {
  CHECK(
      select_sql(two_columns(), {RangeKind::key, Key{{"-5"}}, Key{{"7"}}}, true, WithCtid::no) ==
      R"(SELECT "a", "b" FROM ONLY "crm"."t" AS t WHERE t."a" >= '-5'::integer AND t."a" < '7'::integer ORDER BY t."a")");
  TableRead table = two_columns();
  table.key = {1, 0};
  CHECK(
      select_sql(table, {RangeKind::key, Key{{"it's", "1"}}, {}}, true, WithCtid::no) ==
      R"(SELECT "a", "b" FROM ONLY "crm"."t" AS t WHERE (t."b", t."a") >= ('it''s'::character varying(9), '1'::integer))"
      R"( ORDER BY t."b", t."a")");
}

TEST_CASE("bounds of the heap are ctids, and a row may bring its own") {
  CHECK(
      select_sql(two_columns(), {RangeKind::ctid, Key{{ctid_text(3)}}, Key{{"(5,2)"}}}, true,
                 WithCtid::yes) ==
      R"(SELECT "a", "b", ctid FROM ONLY "crm"."t" AS t WHERE ctid >= '(3,0)'::tid AND ctid < '(5,2)'::tid)");
}

TEST_CASE("a column is cast unless its own binary form is the carrier's") {
  TableRead table;
  table.table = {"s", "t"};
  table.columns = {column("as_it_is", "numeric(5,2)", "numeric", Carrier::numeric),
                   column("as_text", "date", "date", Carrier::text),
                   column("document", "xml", "xml", Carrier::text),
                   column("list", "integer[]", "_int4", Carrier::text),
                   column("mood", "s.mood", "mood", Carrier::text),
                   column("impostor", "s.int4", "int4", Carrier::text)};
  table.columns[3].type.kind = model::TypeKind::array;
  table.columns[4].type.kind = model::TypeKind::enumeration;
  table.columns[4].type.schema = "s";
  table.columns[5].type.schema = "s";
  CHECK(
      select_sql(table, {RangeKind::whole, {}, {}}, true, WithCtid::no) ==
      R"(SELECT "as_it_is", "as_text"::text, "document"::text, "list"::text, "mood", "impostor"::text)"
      R"( FROM ONLY "s"."t" AS t)");
}

TEST_CASE("bounds that do not fit the key are a mistake of ours") {
  CHECK_THROWS_AS(
      select_sql(two_columns(), {RangeKind::key, Key{{"1", "2"}}, {}}, true, WithCtid::no),
      model::Error);
  CHECK_THROWS_AS(select_sql(two_columns(), {RangeKind::ctid, Key{}, {}}, true, WithCtid::no),
                  model::Error);
  CHECK_THROWS_AS(select_sql(two_columns(), {RangeKind::whole, Key{{"1"}}, {}}, true, WithCtid::no),
                  model::Error);
}

TEST_CASE("only types of extensions bring operators of their own") {
  TableRead table = two_columns();
  CHECK(operator_schemas(table).empty());
  table.columns[0].type.schema = "Ext";
  CHECK(operator_schemas(table) == R"(, "Ext")");
  table.columns[0].type.kind = model::TypeKind::enumeration;
  CHECK(operator_schemas(table).empty());
}

}  // namespace sluice::db::pg
