#include "plan/pg_definition.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::plan {
namespace {

using Texts = std::vector<std::string>;

TEST_CASE("an index is said again under other names, whatever the old names look like") {
  const auto index = read_index_definition(
      R"q(CREATE UNIQUE INDEX "a ON b" ON "my.schema"."x USING btree (id)" USING btree ("ON", id DESC))q");
  CHECK(index.unique);
  CHECK(index.name == "a ON b");
  CHECK(index.table == model::QualifiedName{"my.schema", "x USING btree (id)"});
  CHECK(index.key == Texts{"\"ON\"", "id"});
  CHECK(index_sql(index, "n", {"s", "t\"t"}, "") ==
        R"q(CREATE UNIQUE INDEX "n" ON "s"."t""t" USING btree ("ON", id DESC))q");
}

TEST_CASE("every clause of an index survives, and the tablespace comes before WHERE") {
  const auto index = read_index_definition(
      "CREATE UNIQUE INDEX i ON crm.c USING btree (lower((email)::text) COLLATE \"C\" "
      "text_pattern_ops "
      "DESC NULLS LAST, (((a || ','::text) || b)), public.f(x, y)) INCLUDE (name, \"a,b\") NULLS "
      "NOT "
      "DISTINCT WITH (fillfactor='70', deduplicate_items=off) WHERE (state <> 'x) WHERE ('::text)");
  CHECK(index.key ==
        Texts{"lower((email)::text) COLLATE \"C\"", "(((a || ','::text) || b))", "public.f(x, y)"});
  CHECK(index.clauses ==
        "INCLUDE (name, \"a,b\") NULLS NOT DISTINCT WITH (fillfactor='70', deduplicate_items=off)");
  CHECK(index.nulls_not_distinct);
  CHECK(index.predicate == "(state <> 'x) WHERE ('::text)");
  CHECK(
      index_sql(index, "j", {"crm", "d"}, "fast disk") ==
      "CREATE UNIQUE INDEX \"j\" ON \"crm\".\"d\" USING btree (lower((email)::text) COLLATE \"C\" "
      "text_pattern_ops DESC NULLS LAST, (((a || ','::text) || b)), public.f(x, y)) INCLUDE (name, "
      "\"a,b\") NULLS NOT DISTINCT WITH (fillfactor='70', deduplicate_items=off) TABLESPACE \"fast "
      "disk\" WHERE (state <> 'x) WHERE ('::text)");
}

TEST_CASE("literals with quotes, backslashes and brackets are one piece") {
  const auto index = read_index_definition(
      R"q(CREATE INDEX i ON s.t USING gin (f(a, 'it''s )', E'\\'')')) WHERE (b = E'\\( ''x'))q");
  CHECK_FALSE(index.unique);
  CHECK(index.key == Texts{R"q(f(a, 'it''s )', E'\\'')'))q"});
  CHECK(index.predicate == R"q((b = E'\\( ''x'))q");
}

TEST_CASE("an index definition that is not understood is refused, at every cut") {
  const std::string whole = "CREATE INDEX i ON s.t USING btree (a, lower(b))";
  for (std::size_t length = 0; length < whole.size(); ++length) {
    CHECK_THROWS_AS(read_index_definition(whole.substr(0, length)), model::Error);
  }
  CHECK_NOTHROW(read_index_definition(whole));
  CHECK_THROWS_AS(read_index_definition(whole + " SOMETHING NEW"), model::Error);
}

TEST_CASE("an index of a partitioned table is read as any other") {
  const IndexDefinition index =
      read_index_definition("CREATE UNIQUE INDEX i ON ONLY s.t USING btree (a)");
  CHECK(index.table == model::QualifiedName{"s", "t"});
  CHECK(index.method_and_key == "USING btree (a)");
}

TEST_CASE("a foreign key is pointed at another table and keeps all its options") {
  const auto key = read_foreign_key_definition(
      R"q(FOREIGN KEY (a, "b c") REFERENCES "s t".p(x, "y)") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a) DEFERRABLE INITIALLY DEFERRED NOT VALID)q");
  CHECK(key.referenced == model::QualifiedName{"s t", "p"});
  CHECK_FALSE(key.validated);
  CHECK(
      foreign_key_sql(key, {"s t", "p__side"}) ==
      R"q(FOREIGN KEY (a, "b c") REFERENCES "s t"."p__side"(x, "y)") MATCH FULL ON UPDATE CASCADE ON DELETE SET NULL (a) DEFERRABLE INITIALLY DEFERRED)q");
  const auto plain = read_foreign_key_definition("FOREIGN KEY (a) REFERENCES s.p(x)");
  CHECK(plain.validated);
  CHECK(foreign_key_sql(plain, {"s", "p"}) == R"q(FOREIGN KEY (a) REFERENCES "s"."p"(x))q");
}

TEST_CASE("checks give their expression, constraints what follows their columns") {
  CHECK(check_expression("CHECK ((total >= (0)::numeric)) NO INHERIT NOT VALID") ==
        "((total >= (0)::numeric))");
  CHECK(constraint_timing("PRIMARY KEY (id)").empty());
  CHECK(constraint_timing("UNIQUE NULLS NOT DISTINCT (a, \"b)\") INCLUDE (c) DEFERRABLE INITIALLY "
                          "DEFERRED") == "DEFERRABLE INITIALLY DEFERRED");
  CHECK_THROWS_AS(check_expression("CHECK ((a > 0)"), model::Error);
  CHECK_THROWS_AS(constraint_timing("UNIQUE"), model::Error);
}

TEST_CASE("an expression may be nested deeper than a stack") {
  const std::string deep(1000000, '(');
  CHECK_THROWS_AS(check_expression("CHECK " + deep), model::Error);
  CHECK(check_expression("CHECK " + deep + std::string(1000000, ')')).size() == 2000000);
}

TEST_CASE("an exclusion constraint is read for what its rows must not share") {
  const auto plain = read_exclusion_definition(
      R"q(EXCLUDE USING gist ("WITH" WITH =, int4range(a, b, '[]'::text) WITH &&) WHERE ((a > 0)) DEFERRABLE)q");
  CHECK(plain.key == Texts{"\"WITH\"", "int4range(a, b, '[]'::text)"});
  CHECK(plain.operators == Texts{"=", "&&"});
  CHECK(plain.predicate == "((a > 0))");
  const auto odd = read_exclusion_definition(
      R"q(EXCLUDE USING gist (name COLLATE "C" gist_text_ops DESC WITH OPERATOR(public.=)) INCLUDE (x) WITH (fillfactor='70'))q");
  CHECK(odd.key == Texts{"name COLLATE \"C\""});
  CHECK(odd.operators == Texts{"OPERATOR(public.=)"});
  CHECK(odd.predicate.empty());
}

TEST_CASE("printed names lose their quotes") {
  CHECK(read_name("crm.c_id_seq") == model::QualifiedName{"crm", "c_id_seq"});
  CHECK(read_name(R"q("a.b"."C""d")q") == model::QualifiedName{"a.b", "C\"d"});
  CHECK_THROWS_AS(read_name("a.b.c"), model::Error);
}

}  // namespace
}  // namespace sluice::plan
