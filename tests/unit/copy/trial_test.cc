#include <catch2/catch_test_macros.hpp>

#include "copy/attempt.h"
#include "copy/trial_cut.h"

namespace sluice::copy {

using model::ErrorKind;

TEST_CASE("only an answer to what was said is a refusal, a full disk is none") {
  for (const ErrorKind kind : {ErrorKind::data, ErrorKind::config, ErrorKind::drift}) {
    CHECK(is_refusal(model::Error(kind, "no")));
    CHECK_FALSE(is_refusal(model::Error(kind, "later", model::Retry::same_session)));
  }
  for (const ErrorKind kind : {ErrorKind::storage, ErrorKind::connection, ErrorKind::interrupted,
                               ErrorKind::internal, ErrorKind::locked}) {
    CHECK_FALSE(is_refusal(model::Error(kind, "no")));
  }
}

TEST_CASE("a trial is cut by what its tables hold locks on, not by their number") {
  plan::NewTable table;
  table.design.table.indexes.resize(60);
  const std::vector<plan::NewTable> heavy(190, table);
  const std::size_t count = tables_at_once(heavy, 0, 0);
  CHECK(count * relations_of(table) <= kRelationsAtOnce);
  CHECK((count + 1) * relations_of(table) > kRelationsAtOnce);
  CHECK(tables_at_once(heavy, 0, 700) < count);
  CHECK(tables_at_once(heavy, 189, 0) == 1);
  // One that is too large is tried all the same.
  CHECK(tables_at_once(heavy, 0, kRelationsAtOnce) == 1);
  CHECK(tables_at_once(std::vector<plan::NewTable>(200), 0, 0) == 200);
}

}  // namespace sluice::copy
