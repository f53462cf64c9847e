#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <utility>
#include <vector>

#include "support/governed.h"
#include "support/outcome.h"

/// What the tests of acts between production servers share.
namespace sluice::test {

using Arguments = std::vector<std::string>;

/// A migration between production servers whose copy was signed for and verified.
class Swapped : public Governed {
 public:
  /// `with_children`: with a table whose rows refer to t's.
  explicit Swapped(const std::vector<std::pair<std::string, std::string>>& policy_changes = {},
                   bool with_children = false) {
    team.may_log_in_as(retire_role());
    write_policy(3, policy_changes);
    migration.on_both("CREATE TABLE public.t (id int PRIMARY KEY, name text)");
    migration.source("INSERT INTO public.t SELECT g, 'n' || g FROM generate_series(1, 30) g");
    migration.move("public.t");
    if (with_children) make_children();
    make_plan();
    sign_plan("alice");
    require_exit(copy(), 0);
    verify();
  }

  [[nodiscard]] std::filesystem::path file(const std::string& name) const {
    return team.folder() / name;
  }
  void verify(const std::string& name = "manifest.json") const {
    require_exit(migration.sluice("verify", {"--manifest", file(name).string()}), 0);
  }
  void sign(const std::string& name, const std::string& act,
            const std::vector<std::string>& people = {"alice", "bob"}) const {
    for (const std::string& person : people) {
      static_cast<void>(team.sign(file(name), person, act));
    }
  }
  [[nodiscard]] RunResult cut_over(const std::string& name = "manifest.json",
                                   Arguments more = {}) const {
    more.insert(more.begin(), {"--manifest", file(name).string()});
    return migration.sluice("cutover", more);
  }
  void sign_and_cut_over() const {
    sign("manifest.json", "cutover");
    require_exit(cut_over(), 0);
  }
  /// The role that may delete.
  void grant_retire() const {
    const RunResult grants =
        migration.sluice("grants", {"--side", "retire", "--retire-role", retire_role()});
    require_exit(grants, 0);
    migration.source(grants.out);
  }
  [[nodiscard]] RunResult propose_retire(const Arguments& more = {}) const {
    return migration.sluice("retire", retire_arguments({"--archive", file("gone").string(),
                                                        "--propose", file("retire.json").string()},
                                                       more));
  }
  /// As those sign it who have to.
  [[nodiscard]] RunResult retire_approved(const Arguments& more = {}) const {
    sign("retire.json", "retire", {"alice", "dan", "bob"});
    return migration.sluice("retire",
                            retire_arguments({"--approved", file("retire.json").string()}, more));
  }
  /// The same in the background, to stand still at that point (SLUICE_STALL_AT).
  [[nodiscard]] std::unique_ptr<Process> start_retire(const std::string& point) const {
    sign("retire.json", "retire", {"alice", "dan", "bob"});
    RunOptions options;
    options.env = {{"SLUICE_STALL_AT", point}};
    return migration.start(
        "retire", retire_arguments({"--approved", file("retire.json").string()}, {}), options);
  }
  /// All that a retire takes, from the role on.
  [[nodiscard]] RunResult retire(const Arguments& more = {}) const {
    grant_retire();
    require_exit(propose_retire(), 0);
    return retire_approved(more);
  }
  [[nodiscard]] std::string retire_role() const { return "r" + migration.target_database().name(); }

  [[nodiscard]] std::string run() const {
    return migration.target_value("SELECT run_id FROM sluice.run ORDER BY started_at DESC LIMIT 1");
  }
  /// Rows under the live name: 30 after a cutover, none before.
  [[nodiscard]] std::string live_rows() const {
    return migration.target_value("SELECT count(*) FROM public.t");
  }
  [[nodiscard]] RunResult propose(const std::string& verb, const std::string& name,
                                  Arguments more = {}) const {
    more.insert(more.end(), {"--run", run(), "--propose", file(name).string()});
    return migration.sluice(verb, more);
  }
  [[nodiscard]] RunResult do_approved(const std::string& verb, const std::string& name,
                                      Arguments more = {}) const {
    more.insert(more.end(), {"--run", run(), "--approved", file(name).string()});
    return migration.sluice(verb, more);
  }
  /// Applications write to the new table: one row more, one changed, one deleted. Four changes.
  void write_live() const {
    migration.target(
        "INSERT INTO public.t VALUES (100, 'new'); UPDATE public.t SET name = 'other' WHERE id = 1;"
        "DELETE FROM public.t WHERE id = 2");
  }

 private:
  [[nodiscard]] Arguments retire_arguments(const Arguments& what, const Arguments& more) const {
    Arguments all = {"--manifest", file("manifest.json").string(), "--retire-as",
                     migration.source_url_as(retire_role())};
    all.insert(all.end(), what.begin(), what.end());
    all.insert(all.end(), more.begin(), more.end());
    return all;
  }
  void make_children() {
    migration.on_both(
        "CREATE TABLE public.c (id int PRIMARY KEY, t_id int REFERENCES public.t (id))");
    migration.source("INSERT INTO public.c SELECT g, g FROM generate_series(1, 30) g");
    migration.move("public.c");
  }
};

}  // namespace sluice::test
