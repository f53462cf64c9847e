#include "cli/swap_start.h"

#include <chrono>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"

using sluice::cli::require_unexpired;

namespace {

std::string from_now(std::chrono::seconds time) {
  return sluice::codec::utc_time_text(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()) + time);
}

bool is_expired(const std::string& not_after) {
  try {
    require_unexpired(not_after);
  } catch (const sluice::model::Error& error) {
    // What a try for the locks passes on, and does not try again.
    return error.kind() == sluice::model::ErrorKind::approval &&
           error.retry() == sluice::model::Retry::never;
  }
  return false;
}

}  // namespace

TEST_CASE("what people signed is over when its time is, and what nobody signs never is") {
  CHECK(is_expired(from_now(std::chrono::seconds(-2))));
  CHECK_FALSE(is_expired(from_now(std::chrono::minutes(5))));
  CHECK_FALSE(is_expired(""));
}
