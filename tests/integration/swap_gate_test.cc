// What the policy asks of cutover, rollback and discard between production servers, and which of
// them a person's stop holds up.

#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>
#include <utility>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "integration/swapped_fixture.h"
#include "support/outcome.h"

namespace sluice::test {
namespace {

constexpr int kStopRule = 3;
constexpr int kApproval = 4;
constexpr int kDrift = 7;

void check_refused(const RunResult& result, int code, const std::string& why) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == code);
  CHECK((result.out + result.err).find(why) != std::string::npos);
}

std::string read_all(const std::filesystem::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), {}};
}

}  // namespace

TEST_CASE("a cutover between production servers waits for those who sign its manifest") {
  const Swapped swapped;
  check_refused(swapped.migration.sluice("cutover"), kApproval, "needs a signed manifest");
  const RunResult unsigned_yet = swapped.cut_over();
  check_refused(unsigned_yet, kApproval, "cutover: 0 of 2");
  check_refused(unsigned_yet, kApproval, "people read it and sign it");
  // What a dry run tells to do is what was tried.
  const RunResult dry = swapped.cut_over("manifest.json", {"--operator", "olga@corp", "--dry-run"});
  require_exit(dry, 0);
  check_refused(
      dry, 0, " --manifest " + swapped.file("manifest.json").string() + " --operator olga@corp\n");
  swapped.sign("manifest.json", "cutover", {"alice"});
  check_refused(swapped.cut_over(), kApproval, "cutover: 1 of 2");
  // For another act, and by the operator herself.
  swapped.sign("manifest.json", "drop", {"bob"});
  swapped.sign("manifest.json", "cutover", {"olga"});
  check_refused(swapped.cut_over(), kApproval, "cutover: 1 of 2");
  CHECK(swapped.live_rows() == "0");
  swapped.sign("manifest.json", "cutover", {"bob"});
  require_exit(swapped.cut_over(), 0);
  CHECK(swapped.live_rows() == "30");
  const RunResult log = swapped.migration.sluice("log");
  INFO(log.out);
  for (const char* part : {"signature: cutover by Alice Stone <alice@corp>, key SHA256:",
                           "signature: cutover by Bob Hill <bob@corp>, key SHA256:"}) {
    CAPTURE(part);
    CHECK(log.out.find(part) != std::string::npos);
  }
  CHECK(log.out.find('{') == std::string::npos);
  const std::string event = swapped.migration.events("cutover").at(0);
  for (const char* part : {"signed: cutover by Alice Stone and Bob Hill", "alice@corp", "bob@corp",
                           "document_sha256", "SHA256:"}) {
    CAPTURE(part);
    CHECK(event.find(part) != std::string::npos);
  }
}

TEST_CASE("a cutover goes by the manifest as it was signed, of this run as it stands") {
  Swapped swapped;
  SECTION("a digit of it is another") {
    swapped.sign("manifest.json", "cutover");
    const std::string text = read_all(swapped.file("manifest.json"));
    std::ofstream(swapped.file("manifest.json"), std::ios::binary)
        << replaced(text, "\"verification\": 1", "\"verification\": 2");
    check_refused(swapped.cut_over(), kApproval, "does not count");
  }
  SECTION("it was verified again since") {
    swapped.sign("manifest.json", "cutover");
    require_exit(swapped.migration.sluice("verify"), 0);
    check_refused(swapped.cut_over(), kDrift, "it is of verification 1");
  }
  SECTION("the run went on since") {
    swapped.sign("manifest.json", "cutover");
    require_exit(swapped.cut_over(), 0);
    require_exit(swapped.migration.sluice("rollback"), 0);
    check_refused(swapped.cut_over(), kDrift, "cutover (");
  }
  SECTION("it is of an earlier run") {
    swapped.sign("manifest.json", "cutover");
    swapped.make_plan();
    swapped.sign_plan("alice");
    require_exit(swapped.copy({"--new-run"}), 0);
    swapped.verify("other.json");
    check_refused(swapped.cut_over(), kDrift, "it is of run");
  }
  SECTION("the policy is another") {
    swapped.sign("manifest.json", "cutover");
    swapped.write_policy(4);
    check_refused(swapped.cut_over(), kApproval, "is in force for this target");
  }
  SECTION("a plan is no manifest, though all of its acts are signed") {
    const RunResult result =
        swapped.migration.sluice("cutover", {"--manifest", swapped.plan().string()});
    CHECK(result.exit_code == kApproval);
  }
  SECTION("somebody else runs it") {
    swapped.sign("manifest.json", "cutover");
    check_refused(swapped.cut_over("manifest.json", {"--operator", "alice@corp"}), kApproval,
                  "no operator");
  }
  SECTION("the source moved, and one person does not mind") {
    swapped.sign("manifest.json", "cutover");
    swapped.migration.source("DELETE FROM public.t WHERE id = 3");
    check_refused(swapped.cut_over(), kDrift, "the source has moved");
    check_refused(swapped.cut_over("manifest.json", {"--accept-moved-source"}), kApproval,
                  "one person cannot accept");
  }
  SECTION("rows of the live table would be lost, and one person does not mind") {
    swapped.sign("manifest.json", "cutover");
    swapped.migration.target("INSERT INTO public.t VALUES (900, 'live')");
    check_refused(swapped.cut_over(), kStopRule, "1 row changes would be lost");
    check_refused(swapped.cut_over("manifest.json", {"--losing", "1"}), kApproval,
                  "one person's word");
  }
  CHECK(swapped.live_rows() != "30");
}

TEST_CASE("the owner of a table's data signs its cutover too") {
  const std::vector<std::pair<std::string, std::string>> changes{
      {R"("unsigned_labels": [])",
       R"("unsigned_labels": [], "classes": {"money": {"owner": "carol@corp", "tables": ["public.t"]}})"}};
  const Swapped swapped(changes);
  swapped.sign("manifest.json", "cutover");
  check_refused(swapped.cut_over(), kApproval, "data owner: Carol Wu");
  swapped.sign("manifest.json", "cutover", {"carol"});
  require_exit(swapped.cut_over(), 0);
  CHECK(swapped.live_rows() == "30");
}

TEST_CASE("what was decided about quarantined rows goes live only as people have signed it") {
  Governed governed;
  governed.write_policy(
      3,
      {{"\"servers\":",
        R"("classes": {"money": {"tables": ["public.t"], "owner": "carol@corp"}}, "servers":)"}});
  governed.migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY, name text)");
  governed.migration.target("ALTER TABLE public.t ADD CHECK (name <> 'bad')");
  governed.migration.source(
      "INSERT INTO public.t VALUES (1, 'good'), (2, 'bad'), (3, 'bad'), (4, 'good')");
  governed.migration.move("public.t");
  governed.make_plan();
  governed.sign_plan("alice");
  require_exit(governed.copy(), 0);
  const auto file = [&governed](const char* name) {
    return (governed.team.folder() / name).string();
  };
  std::ofstream(file("decisions.json"))
      << R"({"schema": "sluice.decisions/1", "decisions": [)"
         R"({"table": "public.t", "source_key": ["2"], "decision": {"set": {"name": "mended"}}, )"
         R"("person": "Ann", "reason": "looked it up"},)"
         R"({"table": "public.t", "source_key": ["3"], "decision": "leave_behind", )"
         R"("person": "Ann", "reason": "nobody needs it"}]})";
  require_exit(
      governed.migration.sluice("quarantine", {"decide", "--file", file("decisions.json")}), 0);
  require_exit(governed.migration.sluice("verify", {"--manifest", file("m.json")}), 0);
  const auto sign = [&](const char* act, const std::vector<std::string>& people) {
    for (const std::string& person : people) {
      static_cast<void>(governed.team.sign(file("m.json"), person, act));
    }
  };
  const std::vector<std::string> cutover = {"--manifest", file("m.json")};
  sign("cutover", {"alice", "bob", "carol"});
  // Carol may sign as the data owner and for business: two people could be enough.
  check_refused(governed.migration.sluice("cutover", cutover), kApproval, "backfill: 0 of 2");
  sign("backfill", {"alice", "bob"});
  check_refused(governed.migration.sluice("cutover", cutover), kApproval, "data owner: Carol Wu");
  sign("backfill", {"carol"});
  check_refused(governed.migration.sluice("cutover", cutover), kApproval, "waiver: 0 of 2");
  sign("waiver", {"alice", "bob"});
  require_exit(governed.migration.sluice("cutover", cutover), 0);
  CHECK(governed.migration.target_value("SELECT string_agg(id || name, ' ' ORDER BY id) FROM "
                                        "public.t") == "1good 2mended 4good");
}

TEST_CASE("a rollback that loses nothing waits for nobody, not even after a stop") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  require_exit(swapped.migration.sluice("stop", {"--reason", "orders are missing"}), 0);
  check_refused(swapped.migration.sluice("rollback", {"--operator", "alice@corp"}), kApproval,
                "no operator");
  check_refused(swapped.propose("rollback", "rollback.json"), 2, "loses nothing");
  require_exit(swapped.migration.sluice("rollback"), 0);
  CHECK(swapped.live_rows() == "0");
  CHECK(swapped.migration.events("rollback").at(0).find("\"signed\":null") != std::string::npos);
}

TEST_CASE("a rollback that loses rows is signed for by those who signed the cutover") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  swapped.write_live();
  check_refused(swapped.migration.sluice("rollback"), kStopRule, "--losing 4");
  check_refused(swapped.migration.sluice("rollback", {"--losing", "4"}), kApproval,
                "needs a signed document");
  require_exit(swapped.propose("rollback", "rollback.json"), 0);
  const Arguments losing = {"--losing", "4"};
  check_refused(swapped.do_approved("rollback", "rollback.json", losing), kApproval,
                "cutover: 0 of 2");
  swapped.sign("rollback.json", "cutover");
  check_refused(swapped.do_approved("rollback", "rollback.json", {"--losing", "5"}), kDrift,
                "--losing says 5");
  check_refused(swapped.do_approved("rollback", "rollback.json"), kDrift, "--losing says 0");
  SECTION("a row more is lost by now") {
    swapped.migration.target("INSERT INTO public.t VALUES (101, 'newer')");
    check_refused(swapped.do_approved("rollback", "rollback.json", losing), kDrift,
                  "rows inserted or changed: 2 were agreed to, 3 it is now");
    CHECK(swapped.live_rows() == "31");
    return;
  }
  SECTION("as many, but other ones") {
    swapped.migration.target(
        "DELETE FROM public.t WHERE id = 100; INSERT INTO public.t VALUES (101, 'newer')");
    check_refused(swapped.do_approved("rollback", "rollback.json", losing), kDrift,
                  "but other ones");
    CHECK(swapped.live_rows() == "30");
    return;
  }
  SECTION("the same row, with another value") {
    swapped.migration.target("UPDATE public.t SET name = 'newest' WHERE id = 100");
    check_refused(swapped.do_approved("rollback", "rollback.json", losing), kDrift,
                  "but other ones");
    return;
  }
  SECTION("as it was signed") {
    require_exit(swapped.do_approved("rollback", "rollback.json", losing), 0);
    CHECK(swapped.live_rows() == "0");
    const std::string event = swapped.migration.events("rollback").at(0);
    CHECK(event.find("signed: cutover by Alice Stone and Bob Hill") != std::string::npos);
    CHECK(event.find("document_sha256") != std::string::npos);
    // It is of one cutover.
    swapped.verify("again.json");
    swapped.sign("again.json", "cutover");
    require_exit(swapped.cut_over("again.json"), 0);
    swapped.write_live();
    check_refused(swapped.do_approved("rollback", "rollback.json", losing), kDrift,
                  "it is of the cutover of event");
  }
}

TEST_CASE("tables are dropped as people have signed it, these and no others") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  const Arguments give_up = {"--give-up-way-back"};
  check_refused(swapped.migration.sluice("discard", {"--run", swapped.run(), give_up[0]}),
                kApproval, "are dropped when people have signed for it");
  check_refused(swapped.propose("discard", "discard.json"), kStopRule, "only way back");
  require_exit(swapped.propose("discard", "discard.json", give_up), 0);
  check_refused(swapped.do_approved("discard", "discard.json", give_up), kApproval, "drop: 0 of 2");
  swapped.sign("discard.json", "drop");
  const std::string kept = swapped.migration.target_value(
      "SELECT relname FROM pg_class WHERE relname LIKE 't_before_%' "
      "AND relkind = 'r'");
  SECTION("as it was signed") {
    require_exit(swapped.do_approved("discard", "discard.json", give_up), 0);
    CHECK(swapped.migration.target_value("SELECT to_regclass('public.\"" + kept + "\"') IS NULL") ==
          "t");
    CHECK(swapped.migration.events("discarded").at(0).find("signed: drop by") != std::string::npos);
    CHECK(swapped.live_rows() == "30");
  }
  SECTION("it has another row by now") {
    swapped.migration.target("INSERT INTO public.\"" + kept + "\" VALUES (1, 'late')");
    check_refused(swapped.do_approved("discard", "discard.json", give_up), kDrift,
                  "is not there as it was agreed to");
    CHECK(swapped.migration.target_value("SELECT count(*) FROM public.\"" + kept + "\"") == "1");
  }
  SECTION("a row is on its way into it") {
    PgSql writer(swapped.migration.target_database().conninfo());
    writer.query("BEGIN; INSERT INTO public.\"" + kept + "\" VALUES (1, 'late')");
    const auto waiting = swapped.migration.start(
        "discard", {"--run", swapped.run(), "--approved", swapped.file("discard.json").string(),
                    "--give-up-way-back"});
    REQUIRE(wait_until([&] {
      return swapped.migration.target_value(
                 "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = 'public.\"" +
                 kept + "\"'::regclass") != "0";
    }));
    writer.query("COMMIT");
    check_refused(waiting->wait(), kDrift, "is not there as it was agreed to");
    CHECK(swapped.migration.target_value("SELECT count(*) FROM public.\"" + kept + "\"") == "1");
  }
  SECTION("the run went back meanwhile") {
    require_exit(swapped.migration.sluice("rollback"), 0);
    check_refused(swapped.do_approved("discard", "discard.json"), kDrift, "was not agreed to");
    CHECK(swapped.migration.target_value("SELECT count(*) FROM public.t__side") == "30");
  }
}

TEST_CASE("a stop holds up cutover and discard") {
  const Swapped swapped;
  swapped.sign("manifest.json", "cutover");
  SECTION("on record") {
    require_exit(swapped.migration.sluice("stop", {"--reason", "orders are missing"}), 0);
    check_refused(swapped.cut_over(), kStopRule, "orders are missing");
    check_refused(swapped.migration.sluice("discard", {"--run", swapped.run()}), kStopRule,
                  "orders are missing");
  }
  SECTION("by a file") {
    std::ofstream(swapped.file("stop")) << "look at it\n";
    check_refused(swapped.cut_over("manifest.json", {"--stop-file", swapped.file("stop").string()}),
                  kStopRule, "look at it");
  }
  CHECK(swapped.live_rows() == "0");
  CHECK(swapped.migration.target_value("SELECT count(*) FROM public.t__side") == "30");
}

TEST_CASE("a cutover that waits for locks hears a stop") {
  const Swapped swapped;
  swapped.sign("manifest.json", "cutover");
  PgSql blocker(swapped.migration.target_database().conninfo());
  blocker.query("BEGIN");
  blocker.query("LOCK TABLE public.t IN ROW EXCLUSIVE MODE");
  const auto waiting =
      swapped.migration.start("cutover", {"--manifest", swapped.file("manifest.json").string(),
                                          "--lock-timeout", "300", "--retries", "1000"});
  REQUIRE(wait_until([&] {
    return swapped.migration.target_value(
               "SELECT count(*) FROM pg_locks WHERE NOT granted AND relation = "
               "'public.t'::regclass") != "0";
  }));
  require_exit(swapped.migration.sluice("stop", {"--reason", "not now"}), 0);
  const RunResult ended = waiting->wait();
  blocker.query("ROLLBACK");
  check_refused(ended, kStopRule, "not now");
  CHECK(swapped.live_rows() == "0");
}

TEST_CASE("when a retire has begun the way back is signed for, and the only copy stays") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  require_exit(swapped.retire(), 0);
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.t") == "0");
  // It would lose no row of applications, and yet.
  check_refused(swapped.migration.sluice("rollback"), kApproval,
                "rows were retired from the source");
  require_exit(swapped.propose("rollback", "rollback.json"), 0);
  CHECK(read_all(swapped.file("rollback.json")).find("\"rows\": 30") != std::string::npos);
  swapped.sign("rollback.json", "cutover");
  require_exit(swapped.do_approved("rollback", "rollback.json"), 0);
  CHECK(swapped.live_rows() == "0");
  // Its rows are in the side table now, and nowhere else but in the archive.
  check_refused(swapped.propose("discard", "discard.json"), kStopRule, "only copy");
  check_refused(swapped.migration.sluice("cutover", {"--dry-run"}), kStopRule,
                "rows were retired from its source");
  CHECK(swapped.migration.target_value("SELECT count(*) FROM public.t__side") == "30");
}

TEST_CASE("a stop holds up a retire") {
  const Swapped swapped;
  swapped.sign_and_cut_over();
  SECTION("before") {
    require_exit(swapped.migration.sluice("stop", {"--reason", "not yet"}), 0);
    check_refused(swapped.retire(), kStopRule, "not yet");
  }
  SECTION("by a file") {
    std::ofstream(swapped.file("stop")) << "look at it\n";
    check_refused(swapped.retire({"--stop-file", swapped.file("stop").string()}), kStopRule,
                  "look at it");
  }
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.t") == "30");
  CHECK(swapped.migration.events("retire-begun").empty());
}

TEST_CASE("a changed byte of what was signed is refused where tables swap and rows go") {
  const Swapped swapped;
  const auto refuses = [&](const std::string& name, std::size_t samples, const auto& act) {
    const std::string text = read_all(swapped.file(name));
    for (std::size_t i = 0; i < samples; ++i) {
      const std::size_t at = i * text.size() / samples;
      std::string changed = text;
      changed[at] = static_cast<char>(changed[at] ^ 1);
      std::ofstream(swapped.file(name), std::ios::binary) << changed;
      const RunResult result = act();
      INFO(name << ": byte " << at << "\n" << result.out << result.err);
      CHECK(result.exit_code == kApproval);
    }
    std::ofstream(swapped.file(name), std::ios::binary) << text;
  };
  swapped.sign("manifest.json", "cutover");
  refuses("manifest.json", 8, [&] { return swapped.cut_over(); });
  CHECK(swapped.live_rows() == "0");
  require_exit(swapped.cut_over(), 0);
  swapped.grant_retire();
  require_exit(swapped.propose_retire(), 0);
  swapped.sign("retire.json", "retire", {"alice", "dan", "bob"});
  const auto retire = [&] {
    return swapped.migration.sluice(
        "retire", {"--manifest", swapped.file("manifest.json").string(), "--retire-as",
                   swapped.migration.source_url_as(swapped.retire_role()), "--approved",
                   swapped.file("retire.json").string()});
  };
  refuses("retire.json", 5, retire);
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.t") == "30");
  require_exit(retire(), 0);
  CHECK(swapped.migration.source_value("SELECT count(*) FROM public.t") == "0");
}

}  // namespace sluice::test
