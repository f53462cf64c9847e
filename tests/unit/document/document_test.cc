#include "sluice/document/document.h"

#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/sha256.h"

#include "unit/document/document_fixture.h"

namespace sluice::document {

TEST_CASE("a document is this text") {
  const std::string a(64, 'a');
  const std::string zeros(64, '0');
  CHECK(example_text() == R"({
  "schema": "sluice.document/1",
  "kind": "retire",
  "acts": [
    {
      "act": "retire",
      "classes": [
        "customer",
        "money"
      ]
    }
  ],
  "run": "run-7f3a",
  "operator": "dan@corp",
  "policy": {
    "sha256": ")" + a + R"(",
    "version": 3
  },
  "created_at": "2026-11-22T13:30:00Z",
  "not_before": "2026-11-22T13:30:00Z",
  "not_after": "2026-11-23T13:30:00Z",
  "nonce": ")" + zeros + R"(",
  "body": {
    "archive": "/srv/a",
    "empty": {},
    "gone": [],
    "tables": [
      {
        "name": "crm.a",
        "rows": 18432117
      }
    ]
  }
}
)");
  CHECK(sha256_of("abc") == codec::sha256_hex("abc"));
}

TEST_CASE("what was written is what is read") {
  const Document document = from_text(example_text());
  CHECK(document.head == example_head());
  CHECK(document.body == kExampleBody);
  CHECK(to_text(document.head, document.body) == example_text());
}

TEST_CASE("a record without a policy and an operator can be written and read") {
  Head head = example_head();
  head.policy_sha256.clear();
  head.policy_version = 0;
  head.operator_name.clear();
  head.run_id.clear();
  CHECK(from_text(to_text(head, "{}")).head == head);
}

TEST_CASE("the largest numbers of 64 bits come through") {
  const std::string body = R"({"a":18446744073709551615,"b":-9223372036854775808})";
  CHECK(from_text(to_text(example_head(), body)).body == body);
}

TEST_CASE("every byte of a document counts") {
  const std::string text = example_text();
  const Document before = from_text(text);
  for (std::size_t at = 0; at < text.size(); ++at) {
    for (const int flip : {1, 32, 128}) {
      std::string other = text;
      other[at] = static_cast<char>(other[at] ^ flip);
      try {
        const Document after = from_text(other);
        INFO(at << " " << flip);
        CHECK((after.head != before.head || after.body != before.body));
      } catch (const model::Error& error) {
        CHECK(error.kind() == model::ErrorKind::approval);
      }
    }
  }
}

TEST_CASE("what is not exactly a document is refused, with the place and the reason") {
  const std::pair<std::pair<std::string, std::string>, std::string> cases[] = {
      {{"\"run\"", "\"rum\""}, "unknown key \"rum\" (did you mean \"run\"?)"},
      {{"  \"run\": \"run-7f3a\",\n", ""}, "the key \"run\" is missing"},
      {{"\"run\": \"run-7f3a\"", "\"run\": 7"}, "a text is wanted here, not integer"},
      {{"\"run\": \"run-7f3a\",", "\"run\": \"a\",\n  \"run\": \"b\","}, "stands twice"},
      {{"\"rows\": 18432117", "\"rows\": 18432117,\n        \"rows\": 1"}, "stands twice"},
      {{"\"schema\"", "\"note\": \"\",\n  \"schema\""}, "unknown key \"note\""},
      {{"document/1", "document/2"}, "document:2:13 /schema: \"sluice.document/2\" is not one of"},
      {{"\"kind\": \"retire\"", "\"kind\": \"retired\""}, "did you mean \"retire\"?"},
      {{"\"kind\": \"retire\"", "\"kind\": \"discard\""}, "is signed for drop, which is missing"},
      {{"\"act\": \"retire\"", "\"act\": \"delete\""}, "\"delete\" is not one of"},
      {{"\"customer\",\n        \"money\"", "\"money\",\n        \"customer\""}, "not sorted"},
      {{"\"customer\"", "\"money\""}, "not sorted, each once"},
      {{"\"customer\"", "\"\""}, "a class has no name"},
      {{"2026-11-22T13:30:00Z", "2026-11-22T13:30:00"}, "created_at: is not a time of UTC"},
      {{"2026-11-22T13:30:00Z", "2026-02-30T13:30:00Z"}, "created_at: is not a time of UTC"},
      {{"2026-11-22T13:30:00Z", "2026-11-24T13:30:00Z"}, "not_after: is before created_at"},
      {{"2026-11-23T13:30:00Z", "2026-11-21T13:30:00Z"}, "not_after: is before not_before"},
      {{"\"version\": 3", "\"version\": 0"}, "version is not a number of 1 or more"},
      {{"\"version\": 3", "\"version\": 3.0"}, "an integer is wanted here"},
      {{"\"version\": 3", "\"version\": \"3\""}, "an integer is wanted here"},
      {{"aaaa\"", "aaa\""}, "sha256 is not 64"},
      {{"aaaa\"", "aaaA\""}, "sha256 is not 64"},
      {{"0000\"", "000\""}, "/nonce: is not 64"},
      {{"dan@corp", ""}, "/operator: nobody is named"},
      {{"18432117", "1.5"}, "the number 1.5 is no integer of 64 bits"},
      {{"18432117", "18446744073709551616"}, "is no integer of 64 bits"},
      {{"18432117", "1e3"}, "is no integer of 64 bits"},
      {{"18432117", "-0"}, "not as sluice writes it"},
      {{"  \"run\"", "   \"run\""}, "not as sluice writes it"},
      {{"crm.a", "crm\\u002ea"}, "not as sluice writes it"},
  };
  for (const auto& [change, reason] : cases) {
    const std::string why = refusal(replaced(example_text(), change.first, change.second));
    INFO(change.second << ": " << why);
    CHECK(why.find(reason) != std::string::npos);
  }
}

TEST_CASE("nothing may stand around a document") {
  for (const std::string& text :
       {example_text() + "\n", example_text() + "{}", " " + example_text(),
        "\xef\xbb\xbf" + example_text(), example_text().substr(0, example_text().size() - 1),
        std::string("[]"), std::string(), std::string("null"),
        replaced(example_text(), "{}", "{ }")}) {
    CHECK_FALSE(refusal(text).empty());
  }
  const std::string huge = example_text() + std::string(kMaxBytes, ' ');
  CHECK(refusal(huge).find("more than 64 MiB") != std::string::npos);
}

TEST_CASE("each act stands once, and there is one") {
  const std::string act = "    {\n      \"act\": \"retire\",\n      \"classes\": []\n    }";
  Head head = example_head();
  head.acts = {{Act::retire, {}}};
  const std::string text = to_text(head, "{}");
  CHECK(refusal(replaced(text, act, act + ",\n" + act)).find("retire stands twice") !=
        std::string::npos);
  CHECK(refusal(replaced(text, "[\n" + act + "\n  ]", "[]")).find("no act") != std::string::npos);
}

TEST_CASE("what could not be read is never written") {
  const auto is_refused = [](const Head& head, std::string_view body) {
    try {
      (void)to_text(head, body);
    } catch (const model::Error&) {
      return true;
    }
    return false;
  };
  CHECK_FALSE(is_refused(example_head(), "{}"));
  for (const char* body : {"[]", "{", "{ }", R"({"b":1,"a":2})", R"({"a":1.5})", ""}) {
    INFO(body);
    CHECK(is_refused(example_head(), body));
  }
  Head head = example_head();
  head.nonce = "00";
  CHECK(is_refused(head, "{}"));
  head = example_head();
  head.acts = {{Act::drop, {}}};
  CHECK(is_refused(head, "{}"));
}

TEST_CASE("acts have fixed names and a namespace each") {
  CHECK(act_from_string("continue") == Act::resume);
  CHECK_FALSE(act_from_string("resume").has_value());
  CHECK_FALSE(act_from_string("").has_value());
  CHECK(signature_namespace(Act::resume) == "sluice-continue-v1@sluice.dev");
  CHECK(signature_namespace(Act::retire) == "sluice-retire-v1@sluice.dev");
  std::string irreversible;
  for (const Act act : kActs) {
    CHECK(act_from_string(to_string(act)) == act);
    if (is_irreversible(act)) irreversible += std::string(to_string(act)) + " ";
  }
  CHECK(irreversible == "backfill merge drop retire ");
}

}  // namespace sluice::document
