// What people sign, and what verbs answer that need signatures, held against the pages that promise
// it. One run goes through all of it.
#include <algorithm>
#include <fstream>
#include <iterator>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "sluice/document/document.h"

#include "integration/json_page.h"
#include "integration/swapped_fixture.h"
#include "support/source_tree.h"

namespace sluice::test {
namespace {

constexpr const char* kDocumentPage = "include/sluice/document/document.md";

std::string text_of(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

/// The names in the first column of the page's table of members, in its order.
std::vector<std::string> head_members() {
  std::istringstream page(text_of(in_source_tree(kDocumentPage)));
  std::vector<std::string> names;
  for (std::string line; std::getline(page, line);) {
    if (!line.starts_with("| `")) continue;
    std::istringstream words(line.substr(0, line.find('|', 1)));
    for (std::string word; std::getline(words, word, '`');) {
      if (word.find_first_of("|, ") == std::string::npos && !word.empty()) names.push_back(word);
    }
  }
  return names;
}

/// Documents of all kinds, against the page of their format.
class Documents {
 public:
  void check(const std::filesystem::path& path, const std::string& kind, document::Act act) {
    INFO(path.string());
    const std::string text = text_of(path);
    const document::Document document = document::from_text(text);
    CHECK(document::to_string(document.head.kind) == kind);
    CHECK(std::ranges::count(document.head.acts, act, &document::Purpose::act) == 1);
    CHECK(document::to_text(document.head, document.body) == text);
    const auto whole = codec::parse_json_or_throw(text, kind);
    std::vector<std::string> members;
    for (const codec::JsonMember& member : whole.root().members()) members.push_back(member.key);
    CHECK(members == head_members());
    const std::string body = "Body of `" + kind + "`";
    page_.check_known(whole.root().at("body"), body);
    page_.check_all_of(whole.root().at("body"), body);
  }
  void check_all_seen() const { page_.check_seen("Body of "); }

 private:
  JsonPage page_{kDocumentPage};
};

std::vector<std::pair<std::string, std::string>> with_limits() {
  return {{R"("unsigned_labels": [])",
           R"("unsigned_labels": [], "limits": {"source_changed_rows": 5, "old_side_writes": 5})"}};
}

void check_rollback(const Swapped& swapped, JsonPage& page, Documents& documents) {
  page.check(swapped.propose("rollback", "back.json", {"--json"}), 0, "sluice.loss/1");
  documents.check(swapped.file("back.json"), "rollback", document::Act::cutover);
}

/// Of c a row has changed since, so that the row of t that it refers to stays too.
void check_retired(const Swapped& swapped, JsonPage& page, Documents& documents) {
  swapped.grant_retire();
  swapped.migration.source("UPDATE public.c SET t_id = 4 WHERE id = 5");
  page.check(swapped.propose_retire({"--json"}), 0, "sluice.retire-proposal/1");
  documents.check(swapped.file("retire.json"), "retire", document::Act::retire);
  page.check(swapped.retire_approved({"--json"}), 3, "sluice.retire/1");
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.c") == "1");
  page.check(run_sluice({"restore", "--archive", swapped.file("gone").string(), "--into",
                         swapped.migration.superuser_url(), "--config",
                         swapped.migration.config_file(), "--json"}),
             0, "sluice.restore/1");
}

/// A stop that is to end, and a policy that is to follow.
void check_others(Swapped& swapped, Documents& documents) {
  require_exit(swapped.migration.sluice("stop", {"--reason", "orders are missing"}), 0);
  require_exit(swapped.propose("continue", "continue.json"), 0);
  documents.check(swapped.file("continue.json"), "continue", document::Act::resume);
  require_exit(
      swapped.migration.sluice("policy", {"--change", swapped.write_next(4, with_limits()).string(),
                                          "--out", swapped.file("change.json").string()}),
      0);
  documents.check(swapped.file("change.json"), "policy", document::Act::policy);
}

/// The example, with a label that no server bears.
void check_policy(const Swapped& swapped, JsonPage& page) {
  const std::string example = text_of(in_source_tree("configs/crm.policy.json"));
  std::ofstream(swapped.file("example.json"))
      << replaced(example, R"("unsigned_labels": [)", R"("unsigned_labels": ["nowhere", )");
  page.check(run_sluice({"policy", "--file", swapped.file("example.json").string(), "--json"}), 0,
             "sluice.policy.result/1");
}

}  // namespace

TEST_CASE("documents and answers of acts that are signed for are as their pages say") {
  Swapped swapped(with_limits(), true);
  JsonPage page("src/cli/json.md");
  Documents documents;
  documents.check(swapped.plan(), "plan", document::Act::plan);
  documents.check(swapped.file("manifest.json"), "manifest", document::Act::cutover);
  swapped.sign_and_cut_over();
  swapped.migration.target("INSERT INTO public.t VALUES (100, 'new')");
  require_exit(swapped.propose("discard", "drop.json", {"--give-up-way-back"}), 0);
  documents.check(swapped.file("drop.json"), "discard", document::Act::drop);
  check_retired(swapped, page, documents);
  check_rollback(swapped, page, documents);
  check_others(swapped, documents);
  check_policy(swapped, page);
  documents.check_all_seen();
  for (const char* schema : {"sluice.loss/1", "sluice.policy.result/1", "sluice.restore/1",
                             "sluice.retire-proposal/1", "sluice.retire/1"}) {
    page.check_seen(schema);
  }
}

}  // namespace sluice::test
