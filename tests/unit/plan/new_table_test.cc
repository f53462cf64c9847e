#include "plan/new_table.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::plan {

TEST_CASE("a column's compression stands before its collation, as the grammar wants it") {
  model::Table table;
  model::Column& column = table.columns.emplace_back();
  column.name = "note";
  column.type.sql = "text";
  column.type.collation = "\"C\"";
  column.compression = "pglz";
  column.nullable = false;
  CHECK(column_list(table) == R"("note" text COMPRESSION pglz COLLATE "C" NOT NULL)");
}

}  // namespace sluice::plan
