#include "sluice/ledger/event_log.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

/// Not a chain: this is about the file, whatever it holds.
std::vector<Event> some_events(int count) {
  std::vector<Event> events;
  for (int i = 1; i <= count; ++i) {
    Event event;
    event.number = i;
    event.at = "2026-11-22T10:00:00Z";
    event.kind = "run-stopped";
    event.body = R"({"reason":"a \"quoted\" \\ text"})";
    event.sha256 = "hash " + std::to_string(i);
    events.push_back(event);
  }
  return events;
}

}  // namespace

TEST_CASE("a log goes through its file unchanged") {
  const std::vector<RunLog> logs{{"run", "crm", some_events(3)}, {"empty", "crm", {}}};
  const std::vector<RunLog> read = logs_from_json(to_json(logs), "file");
  REQUIRE(read.size() == 2);
  CHECK(read[0].run_id == "run");
  CHECK(read[0].name == "crm");
  CHECK(compare(logs[0].events, read[0].events).kind == Comparison::Kind::same);
  CHECK(read[1].events.empty());
  CHECK(to_json(read) == to_json(logs));
}

TEST_CASE("a file that says more, less or something else than a log is refused") {
  const std::string good = to_json({{"run", "crm", some_events(1)}});
  const auto with = [&good](const std::string& from, const std::string& to) {
    std::string text = good;
    const std::size_t at = text.find(from);
    REQUIRE(at != std::string::npos);
    return text.replace(at, from.size(), to);
  };
  for (const std::string& text : {std::string(), good + "x", with("sluice.log/1", "sluice.log/2"),
                                  with("\"name\": \"crm\"", "\"nick\": \"crm\""),
                                  with("\"name\": \"crm\"", "\"name\": \"crm\", \"more\": 1"),
                                  with("\"name\": \"crm\"", "\"name\": \"crm\", \"name\": \"crm\""),
                                  with("\"kind\": \"run-stopped\"", "\"kind\": 1"),
                                  with("\"head\": \"hash 1\"", "\"head\": \"hash 2\"")}) {
    CAPTURE(text);
    CHECK_THROWS_AS(logs_from_json(text, "file"), model::Error);
  }
}

TEST_CASE("a file and the ledger are the same, one goes on, or they part") {
  using Kind = Comparison::Kind;
  const auto kept = some_events(3);
  CHECK(compare(kept, some_events(3)).holds());
  const Comparison later = compare(kept, some_events(5));
  CHECK(later.kind == Kind::ledger_goes_on);
  CHECK(later.number == 4);
  CHECK(later.holds());
  const Comparison cut = compare(kept, some_events(2));
  CHECK(cut.kind == Kind::ledger_is_cut);
  CHECK(cut.number == 3);
  CHECK_FALSE(cut.holds());
  auto other = some_events(5);
  other[1].body = "{}";
  const Comparison parted = compare(kept, other);
  CHECK(parted.kind == Kind::parted);
  CHECK(parted.number == 2);
  CHECK_FALSE(parted.holds());
  CHECK(compare(kept, {}).kind == Kind::not_in_ledger);
}

TEST_CASE("a run without events is a broken chain") {
  CHECK(broken_link(RunLog{"run", "crm", {}}).has_value());
}

}  // namespace sluice::ledger
