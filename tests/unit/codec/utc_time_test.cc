#include "sluice/codec/utc_time.h"

#include <catch2/catch_test_macros.hpp>

using sluice::codec::utc_time_from_text;
using sluice::codec::utc_time_text;

TEST_CASE("a time of a document is UTC to the second") {
  CHECK(utc_time_from_text("1970-01-01T00:00:00Z")->time_since_epoch().count() == 0);
  CHECK(utc_time_from_text("2026-11-22T13:30:00Z")->time_since_epoch().count() == 1795354200);
  CHECK(utc_time_from_text("2028-02-29T23:59:59Z").has_value());
  for (const char* text : {"1970-01-01T00:00:00Z", "2028-02-29T23:59:59Z", "2000-03-01T00:00:00Z",
                           "9999-12-31T23:59:59Z"}) {
    CHECK(utc_time_text(utc_time_from_text(text).value()) == text);
  }
}

TEST_CASE("times of any other form are none") {
  for (const char* text :
       {"", "2026-11-22T13:30:00", "2026-11-22T13:30:00z", "2026-11-22 13:30:00Z",
        "2026-11-22T13:30:00+00:00", "2026-11-22T13:30:00.0Z", "2026-11-22T13:30Z",
        "2026-02-29T00:00:00Z", "2026-13-01T00:00:00Z", "2026-00-01T00:00:00Z",
        "2026-11-31T00:00:00Z", "2026-11-22T24:00:00Z", "2026-11-22T23:60:00Z",
        "2026-11-22T23:59:60Z", "1969-12-31T23:59:59Z", "20261122T133000Z", "+026-11-22T13:30:00Z",
        "2026-11-22T13:30:00Z ", "2026-11- 2T13:30:00Z"}) {
    INFO(text);
    CHECK_FALSE(utc_time_from_text(text).has_value());
  }
}
