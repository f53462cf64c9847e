#include "sluice/retire/proposal.h"

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

Proposal example() {
  Proposal proposal;
  proposal.manifest_sha256 = std::string(64, 'a');
  proposal.run_id = "20261122-153012-7f3a";
  proposal.archive = "/var/archive/gone";
  proposal.role = "sluice_retire";
  TableSurvey table;
  table.number = 3;
  table.source = {"shop", "orders \"x\"\n"};
  table.target = {"public", "orders"};
  table.rows = 0;
  table.source_changed = 2;
  table.changed = {{"[\"1\"]", "email"}, {"[\"2\"]", "name"}};
  table.source_gone = 7;
  table.not_proved = 8;
  table.target_changed = 9;
  table.target_gone = 2;
  table.target_gone_keys = {"[\"11\"]", "[\"5\"]"};
  proposal.tables = {table};
  proposal.tables.emplace_back();
  return proposal;
}

bool is_refused(const std::string& body) {
  try {
    static_cast<void>(from_json(body));
  } catch (const model::Error& error) {
    return error.kind() == model::ErrorKind::approval;
  }
  return false;
}

std::string replaced(std::string text, const std::string& what, const std::string& with) {
  const std::size_t at = text.find(what);
  REQUIRE(at != std::string::npos);
  return text.replace(at, what.size(), with);
}

}  // namespace

TEST_CASE("a proposal comes back as it was") { CHECK(from_json(to_json(example())) == example()); }

TEST_CASE("anything but a proposal is refused") {
  const std::string body = to_json(example());
  CHECK(is_refused(""));
  CHECK(is_refused("[]"));
  CHECK(is_refused(replaced(body, "\"role\"", "\"rolf\"")));
  CHECK(is_refused(replaced(body, "{\"archive\"", "{\"more\":1,\"archive\"")));
  CHECK(is_refused(replaced(body, "sluice.retire.document/1", "sluice.retire.document/2")));
  CHECK(is_refused(replaced(body, "\"target_gone\":2", "\"target_gone\":1")));
  CHECK(is_refused(replaced(body, "\"rows\":0", "\"rows\":1")));
  CHECK(is_refused(replaced(body, "\"source_gone\":7", "\"source_gone\":-7")));
  CHECK(is_refused(replaced(body, "[\\\"11\\\"]", "[\\\"91\\\"]")));
}

TEST_CASE("each byte of a proposal matters or is refused") {
  const std::string body = to_json(example());
  for (std::size_t i = 0; i < body.size(); ++i) {
    std::string other = body;
    other[i] = static_cast<char>(other[i] ^ 1);
    INFO(i << ": " << other);
    bool is_other = is_refused(other);
    if (!is_other) is_other = from_json(other) != example();
    CHECK(is_other);
  }
}

}  // namespace sluice::retire
