#include "cli/progress_text.h"

#include <catch2/catch_test_macros.hpp>

namespace {

using sluice::cli::clock_text;
using sluice::cli::CopyState;
using sluice::cli::progress_line;
using sluice::cli::progress_lines;
using sluice::cli::TableState;

CopyState copying(std::vector<TableState> tables, double seconds) {
  return {std::move(tables), {}, seconds, seconds};
}

TableState table(const char* name, std::uint64_t expected, std::uint64_t before,
                 std::uint64_t read) {
  return {name, expected, before, read, read * 100, 0};
}

TEST_CASE("what moves comes first, then the largest, and the rest is counted") {
  const auto lines = progress_lines(
      copying({table("small", 10, 0, 10), table("large", 1000, 0, 0), table("moving", 100, 20, 30)},
              10),
      2);
  REQUIRE(lines.size() == 7);
  CHECK(lines[1].starts_with("moving "));
  CHECK(lines[2].starts_with("large "));
  CHECK(lines[3] == "and 1 more");
  CHECK(lines[4].starts_with("total "));
  for (const auto& line : lines) CHECK(line.size() <= 80);
}

TEST_CASE("the time left counts only what this process did") {
  // 100 of 1,000 rows were there before; 300 more took 30 s; 600 are left.
  CHECK(progress_line(copying({table("t", 1000, 100, 300)}, 30))
            .ends_with("about 1:00 left for the rows"));
}

TEST_CASE("nothing is foretold before there is anything to tell it from") {
  CHECK(
      progress_line(copying({table("t", 1000, 0, 0)}, 30)).ends_with("about ? left for the rows"));
  CHECK(progress_line(copying({table("t", 0, 0, 0)}, 30)).find(": 0 rows (-)") !=
        std::string::npos);
}

TEST_CASE("an estimate that was too small does not give more than 100 %") {
  CHECK(progress_line(copying({table("t", 50, 0, 100)}, 10)).find(": 100 rows (100%)") !=
        std::string::npos);
}

TEST_CASE("while no rows are copied, what is done is said instead of rates and an end in sight") {
  CopyState state = copying({table("t", 1000, 0, 1000)}, 20);
  state.elapsed = 125;
  state.at_work = {{"building indexes and constraints", 100}, {"index by_name on t__side", 65}};
  const std::string line = progress_line(state);
  CHECK(line.starts_with("2:05 elapsed: 1000 rows (100%), 0 in quarantine; "));
  CHECK(line.ends_with("building indexes and constraints, for 1:40 (index by_name on t__side)"));
  const auto lines = progress_lines(state, 2);
  REQUIRE(lines.size() == 6);
  CHECK(lines[3] == "building indexes and constraints, for 1:40");
  CHECK(lines[4] == "  index by_name on t__side, for 1:05");
  CHECK(lines[5] == "2:05 elapsed");
  for (const auto& shown : lines) CHECK(shown.find(" left") == std::string::npos);
}

TEST_CASE("why nothing moves stands below what is copied") {
  CopyState state = copying({table("t", 1000, 0, 500)}, 20);
  state.stall = {"waits for the source: reading crm." + std::string(200, 'c'), 72};
  const auto lines = progress_lines(state, 2);
  REQUIRE(lines.size() == 7);  // two of them of the stall
  CHECK(lines[4].starts_with("nothing has moved for 1 min 12 s: waits for the source: reading"));
  for (const auto& line : lines) CHECK(line.size() <= 80);
}

TEST_CASE("a span of time is told in words") {
  using sluice::cli::span_text;
  CHECK(span_text(41) == "41 s");
  CHECK(span_text(72) == "1 min 12 s");
  CHECK(span_text(7384) == "2 h 3 min");
}

TEST_CASE("many steps at once do not fill the screen") {
  CopyState state = copying({table("t", 1000, 0, 1000)}, 20);
  state.at_work.assign(9, {"a step", 1});
  CHECK(progress_lines(state, 2).size() == 9);
}

TEST_CASE("a duration is told in minutes, and in hours where there are any") {
  CHECK(clock_text(0) == "0:00");
  CHECK(clock_text(65) == "1:05");
  CHECK(clock_text(7384) == "2:03:04");
}

}  // namespace
