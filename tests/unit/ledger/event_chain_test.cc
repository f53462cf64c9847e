#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/ledger/ledger.h"

namespace sluice::ledger {
namespace {

/// The hash as ledger.md has it, worked out here once more.
std::string published_hash(const Event& event) {
  codec::JsonWriter json;
  json.begin_array();
  json.value("run").value(event.number).value(event.at).value(event.kind).value(event.body);
  json.value(event.previous_sha256);
  json.end_array();
  return codec::sha256_hex(json.take());
}

std::vector<Event> chain(int length) {
  std::vector<Event> events;
  for (int i = 1; i <= length; ++i) {
    Event event;
    event.number = i;
    event.at = "2026-11-22T10:00:0" + std::to_string(i) + "Z";
    event.kind = "run-stopped";
    event.body = R"({"reason":"number )" + std::to_string(i) + R"("})";
    event.previous_sha256 = events.empty() ? "" : events.back().sha256;
    event.sha256 = published_hash(event);
    events.push_back(std::move(event));
  }
  return events;
}

std::int64_t broken_at(const std::string& run_id, const std::vector<Event>& events) {
  const auto broken = broken_link(run_id, events);
  return broken ? broken->number : 0;
}

}  // namespace

TEST_CASE("a chain as published is whole, an empty one too") {
  CHECK_FALSE(broken_link("run", {}).has_value());
  CHECK_FALSE(broken_link("run", chain(5)).has_value());
}

TEST_CASE("a changed, removed, moved or added event breaks the chain where it is") {
  auto events = chain(5);
  SECTION("a body") {
    events[2].body = R"({"reason":"another"})";
    CHECK(broken_at("run", events) == 3);
  }
  SECTION("a time") {
    events[0].at = "2026-11-22T11:00:00Z";
    CHECK(broken_at("run", events) == 1);
  }
  SECTION("a kind") {
    events[4].kind = "run-finished";
    CHECK(broken_at("run", events) == 5);
  }
  SECTION("one that is gone from the middle") {
    events.erase(events.begin() + 1);
    CHECK(broken_at("run", events) == 3);
  }
  SECTION("two that changed places") {
    std::swap(events[1], events[2]);
    CHECK(broken_at("run", events) == 3);
  }
  SECTION("a forged one with a hash of its own, which the next does not know") {
    events[2].body = "{}";
    events[2].sha256 = published_hash(events[2]);
    CHECK(broken_at("run", events) == 4);
  }
  SECTION("the chain of another run") { CHECK(broken_at("other", events) == 1); }
}

TEST_CASE("keys go through their JSON text unchanged") {
  for (const model::Key& key :
       {model::Key{{"42"}}, model::Key{{"-7", "a \"quoted\" \\ text\n", ""}},
        model::Key{{"\u00e4\u00f6\u00fc\u2028"}}, model::Key{}}) {
    CHECK(key_from_json(to_json(key)) == key);
  }
  CHECK(to_json(model::Key{{"1", "x"}}) == R"(["1","x"])");
}

TEST_CASE("what is no key is refused") {
  for (const char* text : {"", "{}", "[1]", "[\"a\"", "[null]", "\"a\"", "[\"a\"] x"}) {
    CAPTURE(text);
    CHECK_THROWS(key_from_json(text));
  }
}

}  // namespace sluice::ledger
