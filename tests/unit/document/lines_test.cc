#include <algorithm>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/document/document.h"

#include "unit/document/document_fixture.h"

namespace sluice::document {
namespace {

using Lines = std::vector<std::string>;

Lines body_lines(const std::string& body) {
  Lines lines = lines_of({example_head(), body});
  const auto nonce = std::ranges::find(lines, "nonce: " + example_head().nonce);
  REQUIRE(nonce != lines.end());
  return {nonce + 1, lines.end()};
}

}  // namespace

TEST_CASE("a person reads the whole document, what cannot be taken back first") {
  Head head = example_head();
  head.acts = {{Act::waiver, {}}, {Act::retire, {"customer", "money"}}, {Act::drop, {"legal"}}};
  CHECK(lines_of({head, std::string(kExampleBody)}) ==
        Lines{"CANNOT BE TAKEN BACK: retire, touches tables of classes customer, money",
              "CANNOT BE TAKEN BACK: drop, touches tables of class legal", "act: waiver",
              "kind: retire", "run: \"run-7f3a\"", "operator: \"dan@corp\"",
              "policy: version 3, SHA-256 " + std::string(64, 'a'), "made at: 2026-11-22T13:30:00Z",
              "holds from: 2026-11-22T13:30:00Z", "holds until: 2026-11-23T13:30:00Z",
              "nonce: " + std::string(64, '0'), "archive: \"/srv/a\"", "empty: {}", "gone: []",
              "tables[0].name: \"crm.a\"", "tables[0].rows: 18432117"});
}

TEST_CASE("nothing is left out, however long") {
  std::string body = "{\"a\":[0";
  for (int i = 1; i < 5000; ++i) body += "," + std::to_string(i);
  body += "],\"b\":\"" + std::string(10000, 'x') + "\"}";
  const Lines lines = body_lines(body);
  REQUIRE(lines.size() == 5001);
  CHECK(lines[4999] == "a[4999]: 4999");
  CHECK(lines[5000] == "b: \"" + std::string(10000, 'x') + "\"");
}

TEST_CASE("no text looks like another value, another line or another place") {
  CHECK(body_lines(R"({"a":"1","b":1,"c":null,"d":"null","e":true,"f":""})") ==
        Lines{"a: \"1\"", "b: 1", "c: null", "d: \"null\"", "e: true", "f: \"\""});
  CHECK(body_lines(R"({"a":"x\nact: drop \u001b[2J\"\\"})") ==
        Lines{R"(a: "x\nact: drop \u001b[2J\"\\")"});
  CHECK(body_lines("{\"a\":\"\xe2\x80\xae\"}") == Lines{R"(a: "\xe2\x80\xae")"});
  CHECK(body_lines(R"({"":1,"a.b":{"c":2},"a: 1\n":[3],"z[0]":4})") ==
        Lines{R"([""]: 1)", R"(["a.b"].c: 2)", R"(["a: 1\n"][0]: 3)", R"(["z[0]"]: 4)"});
}

TEST_CASE("a document without a policy says so") {
  Head head = example_head();
  head.policy_sha256.clear();
  head.policy_version = 0;
  const Lines lines = lines_of({head, "{}"});
  CHECK(std::ranges::count(
            lines, "policy: none; nothing that needs a signature can be done with it") == 1);
}

}  // namespace sluice::document
