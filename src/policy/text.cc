#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/policy/policy.h"

#include "policy/seats.h"

namespace sluice::policy {
namespace {

/// "a", "a and b", "a, b and c".
std::string listed(const std::vector<std::string>& words) {
  std::string text;
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (i > 0) text += i + 1 == words.size() ? " and " : ", ";
    text += words[i];
  }
  return text;
}

std::string days(std::uint32_t count) {
  return fmt::format("{} day{}", count, count == 1 ? "" : "s");
}

std::string hardware_text(Hardware hardware) {
  switch (hardware) {
    case Hardware::any_key:
      return "";
    case Hardware::touch:
      return ", by hardware keys with touch";
    case Hardware::pin:
      return ", by hardware keys with touch and PIN";
  }
  return "";
}

std::string requirement_text(const Requirement& requirement) {
  std::vector<std::string> groups;
  for (const GroupNeed& group : requirement.groups) {
    groups.push_back(fmt::format("{} of {}", group.need, group.group));
  }
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(requirement.max_age).count();
  return fmt::format("{}{}, within {} h{}", listed(groups), hardware_text(requirement.hardware),
                     hours, requirement.operator_counts ? "; the operator counts" : "");
}

/// Sentences, one a line; what stands in the policy is escaped.
class Text {
 public:
  explicit Text(const Policy& policy) : policy_(policy) {}

  std::string take() {
    line(fmt::format("Policy {}, version {}", policy_.name, policy_.version));
    line("SHA-256 " + policy_.sha256);
    add_acts();
    add_groups();
    add_classes();
    add_running();
    add_servers();
    add_figures();
    add_people();
    return std::move(text_);
  }

 private:
  void line(const std::string& words) { text_ += codec::printable_line(words) + "\n"; }
  void heading(const std::string& words) {
    text_ += "\n";
    line(words);
  }

  [[nodiscard]] std::string name_of(std::string_view principal) const {
    const Person* person = policy_.find(principal);
    return person == nullptr ? std::string(principal) : person->name;
  }

  void add_acts() {
    heading(
        "Who signs what, before which verb. One person counts in one group; who runs it does not "
        "count.");
    for (const document::Act act : document::kActs) add_act(act);
  }

  void add_act(document::Act act) {
    const std::string begin =
        fmt::format("- {} ({}){}: ", to_string(act), document::gated_verb(act),
                    document::is_irreversible(act) ? ", cannot be taken back" : "");
    const auto rule = policy_.acts.find(act);
    if (rule == policy_.acts.end()) {
      line(begin + "nobody may.");
      return;
    }
    const bool owners = needs_owners(act) && !policy_.classes.empty();
    line(begin + requirement_text(rule->second.requirement) +
         (owners ? "; and the owner of each class that is touched." : "."));
    for (const auto& [name, own] : rule->second.by_class) {
      // With the rule's own: what really has to be signed.
      const auto whole = requirement_of(policy_, act, {name});
      if (whole) line(fmt::format("  Touching {}: {}.", name, requirement_text(*whole)));
    }
  }

  void add_groups() {
    std::map<std::string, std::vector<std::string>> groups;
    for (const Person& person : policy_.people) {
      for (const std::string& group : person.groups) groups[group].push_back(person.name);
    }
    if (groups.empty()) return;
    heading("Groups:");
    for (const auto& [group, names] : groups) line(fmt::format("- {}: {}.", group, listed(names)));
  }

  void add_classes() {
    if (policy_.classes.empty()) return;
    heading("Who answers for which tables:");
    for (const Class& one : policy_.classes) {
      line(fmt::format("- {}: {} answers for {}.", one.name, name_of(one.owner),
                       listed(one.tables)));
    }
  }

  void add_running() {
    heading("Who runs:");
    for (const std::string& principal : policy_.operators) {
      const Person* person = policy_.find(principal);
      if (person == nullptr) continue;
      line(fmt::format("- {}, as OS user {}, as database role {}.", person->name,
                       listed(person->os_users), listed(person->database_roles)));
    }
    const Person* caller = policy_.find(policy_.caller);
    if (caller == nullptr) return;
    line(fmt::format("{} says stop or continue: {}. Anyone may stop.", caller->name,
                     caller->contact));
  }

  void add_servers() {
    heading("Servers:");
    for (const Server& server : policy_.servers) {
      line(fmt::format("- {} {} is {}.", to_string(server.engine), server.identity, server.label));
    }
    line("Any other server is unlabelled.");
    if (policy_.unsigned_labels.empty()) {
      line("Acts need their signatures on every server.");
    } else {
      line(fmt::format("Acts need no signature where source and target are {}.",
                       fmt::join(policy_.unsigned_labels, " or ")));
    }
  }

  void add_figures() {
    heading(fmt::format(
        "Source rows are deleted from {} to {} after cutover, not before and not "
        "later. Archives are kept for {}.",
        days(policy_.keep.first_day), days(policy_.keep.last_day), days(policy_.archive_days)));
    const Limits& limits = policy_.limits;
    line(
        fmt::format("At most {} rows of a table may be in quarantine at a manifest; at retire {} "
                    "may have other values in the target, and {} in the source. After cutover {} "
                    "writes to the old side are let pass.",
                    limits.quarantined_rows, limits.target_changed_rows, limits.source_changed_rows,
                    limits.old_side_writes));
    if (policy_.digest) line(fmt::format("Plans use the digest {}.", to_string(*policy_.digest)));
    line(fmt::format("Signatures are checked by {}; keys in {} are revoked.", policy_.ssh_keygen,
                     policy_.revoked_keys));
    if (!policy_.revoked.empty()) {
      line(fmt::format("Keys that have to be revoked there: {}.", policy_.revoked.size()));
    }
  }

  void add_people() {
    heading("People:");
    for (const Person& person : policy_.people) {
      line(fmt::format("- {} ({}), {}. Reached at {}.", person.name, person.principal, person.role,
                       person.contact));
      for (const Key& key : person.keys) add_key(key);
      if (person.keys.empty()) line("  Has no key, and signs nothing.");
    }
  }

  void add_key(const Key& key) {
    const std::string from = key.valid_after.empty() ? "" : ", from " + key.valid_after;
    const std::string until = key.valid_before.empty() ? "" : ", until " + key.valid_before;
    line(fmt::format("  Signs by a key of type {}{}{}.", key.type, from, until));
  }

  const Policy& policy_;
  std::string text_;
};

}  // namespace

std::string to_text(const Policy& policy) { return Text(policy).take(); }

}  // namespace sluice::policy
