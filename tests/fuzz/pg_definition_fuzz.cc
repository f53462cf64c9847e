// PostgreSQL's definitions of indexes and constraints: refused, or said again so that reading that
// gives the same.

#include <string>

#include "sluice/model/error.h"

#include "check.h"
#include "plan/pg_definition.h"

namespace {

using sluice::fuzz::require;

template <typename Read>
void ignore_refusal(Read read) {
  try {
    read();
  } catch (const sluice::model::Error& error) {
    require(error.kind() == sluice::model::ErrorKind::data);
  }
}

void check_index(const std::string& text) {
  const auto index = sluice::plan::read_index_definition(text);
  const auto again = sluice::plan::read_index_definition(
      sluice::plan::index_sql(index, index.name, index.table, ""));
  require(again.name == index.name && again.table == index.table && again.key == index.key);
  require(again.unique == index.unique && again.clauses == index.clauses);
  require(again.predicate == index.predicate);
}

void check_foreign_key(const std::string& text) {
  const auto key = sluice::plan::read_foreign_key_definition(text);
  const auto again =
      sluice::plan::read_foreign_key_definition(sluice::plan::foreign_key_sql(key, key.referenced));
  require(again.columns == key.columns && again.referenced == key.referenced);
  require(again.referenced_columns == key.referenced_columns && again.options == key.options);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  const std::string text(sluice::fuzz::text_of(data, size));
  ignore_refusal([&text] { check_index(text); });
  ignore_refusal([&text] { check_foreign_key(text); });
  ignore_refusal([&text] { (void)sluice::plan::check_expression(text); });
  ignore_refusal([&text] { (void)sluice::plan::constraint_timing(text); });
  ignore_refusal([&text] { (void)sluice::plan::read_name(text); });
  return 0;
}
