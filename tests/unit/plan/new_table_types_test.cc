#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/mysql_types.h"
#include "sluice/codec/pg_types.h"
#include "sluice/mapping/conversion.h"
#include "sluice/mapping/fit.h"

#include "unit/schema/source_table.h"
#include "unit/schema/tables_of_rules.h"

namespace sluice::plan {
namespace {

using codec::Carrier;

/// Up to 20 digits, which only the type's name says.
bool is_unsigned_bigint(const model::ColumnType& source, const mapping::Fit& fit) {
  return source.base == "bigint" && source.is_unsigned && fit.precision == 20 && fit.scale == 0;
}

TEST_CASE("every published type takes every value of the source's type") {
  for (const auto& row : schema::rule_table("Types")) {
    INFO(row.at(0));
    const model::Column source = schema::source_column("c", row.at(0));
    const model::ColumnType target = schema::design_of(source).table.columns.at(0).type;
    const Carrier from = codec::carrier_for_mysql_type(source.type);
    const Carrier to = codec::carrier_for_pg_column(target).carrier;
    CHECK(mapping::conversion(from, to) == mapping::Conversion::always);
    CHECK(codec::mysql_can_carry(source.type, to));
    const mapping::Fit fit = mapping::fit_of(target, true);
    CHECK((mapping::always_fits(source.type, to, fit) || is_unsigned_bigint(source.type, fit)));
  }
}

TEST_CASE("every type that is offered instead can be made from the source's") {
  for (const auto& row : schema::rule_table("Types")) {
    if (row.at(2).empty()) continue;
    INFO(row.at(0));
    const model::Column source = schema::source_column("c", row.at(0));
    model::Table table = schema::source_table();
    table.columns.push_back(source);
    const model::ColumnType target =
        schema::design_of(table, {{"c", row.at(2)}}).table.columns.at(0).type;
    const Carrier from = codec::carrier_for_mysql_type(source.type);
    const Carrier to = codec::carrier_for_pg_column(target).carrier;
    CHECK((from == to || mapping::conversion(from, to) == mapping::Conversion::checked ||
           mapping::conversion(from, to) == mapping::Conversion::always));
  }
}

}  // namespace
}  // namespace sluice::plan
