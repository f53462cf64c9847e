#include "db/pg/error.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::db::pg {

using model::ErrorKind;
using model::Retry;

TEST_CASE("kind, retry and hint follow from the SQLSTATE, a whole one before its class") {
  const model::Error disk = to_error({"53100", "could not extend file", false});
  CHECK(disk.kind() == ErrorKind::storage);
  CHECK(disk.retry() == Retry::never);
  CHECK_FALSE(disk.hint().empty());
  CHECK(std::string(disk.what()) == "postgresql: could not extend file (SQLSTATE 53100)");
  CHECK(to_error({"53200", "out of memory", false}).retry() == Retry::new_session);
  CHECK(
      to_error({"53200", "out of shared memory", false}).hint().find("max_locks_per_transaction") !=
      std::string::npos);
  // What may be wrong with a definition.
  for (const char* state : {"42601", "42846", "42P17", "42P07", "2BP01", "58P01"}) {
    CHECK(to_error({state, "no", false}).kind() == ErrorKind::data);
  }
  CHECK(to_error({"58030", "input/output error", false}).kind() == ErrorKind::storage);
  CHECK(to_error({"40P01", "deadlock", false}).retry() == Retry::same_session);
  CHECK(to_error({"55P03", "lock timeout", false}).retry() == Retry::same_session);
  CHECK(to_error({"57014", "canceling", false}).kind() == ErrorKind::interrupted);
  CHECK(to_error({"57P01", "terminating", true}).retry() == Retry::new_session);
  CHECK(to_error({"22P02", "invalid input", false}).kind() == ErrorKind::data);
  CHECK(to_error({"P0001", "raised by a function", false}).kind() == ErrorKind::data);
  CHECK(to_error({"22P03", "incorrect binary data format", false}).kind() == ErrorKind::internal);
  CHECK(to_error({"ZZ999", "?", false}).kind() == ErrorKind::internal);
}

TEST_CASE("whatever was being done when the connection went can only be done by a new session") {
  for (const char* state : {"", "23505", "57014", "40001", "XX000"}) {
    const model::Error error = to_error({state, "gone", true});
    CHECK(error.kind() == ErrorKind::connection);
    CHECK(error.retry() == Retry::new_session);
  }
  CHECK(to_error({"28P01", "password authentication failed", true}).kind() == ErrorKind::config);
}

TEST_CASE("only what the data can be blamed for is a refusal") {
  using Kind = Refusal::Kind;
  CHECK(refusal_kind("23505") == Kind::duplicate_key);
  CHECK(refusal_kind("23P01") == Kind::duplicate_key);
  CHECK(refusal_kind("23502") == Kind::not_null);
  CHECK(refusal_kind("23503") == Kind::foreign_key);
  CHECK(refusal_kind("23514") == Kind::check);
  CHECK(refusal_kind("22001") == Kind::value);
  CHECK(refusal_kind("54000") == Kind::row_too_big);
  for (const char* state : {"", "22P03", "22P04", "42P01", "53100", "40001", "57014", "XX000"}) {
    CHECK_FALSE(refusal_kind(state).has_value());
  }
}

}  // namespace sluice::db::pg
