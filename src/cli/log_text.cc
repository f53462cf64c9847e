#include "cli/log_text.h"

#include <algorithm>
#include <array>
#include <map>
#include <string_view>
#include <variant>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

namespace sluice::cli {
namespace {

using codec::JsonValue;

/// Said as "who", or of no use to people: a process's id means something within the ledger only.
constexpr std::array<std::string_view, 5> kSaidAsWho{"os_user", "host", "database_role", "process",
                                                     "plan_sha256"};
/// Have lines of their own.
constexpr std::string_view kSigned = "signed";
constexpr std::string_view kSignatures = "signatures";

std::string text_at(const JsonValue& body, std::string_view name) {
  const JsonValue* member = body.find(name);
  return member != nullptr && member->is_string() ? member->as_string() : "";
}

std::string actor_text(const JsonValue& body) {
  const std::string user = text_at(body, "os_user");
  if (user.empty()) return "";
  const std::string role = text_at(body, "database_role");
  return fmt::format("{} on {}{}", user, text_at(body, "host"),
                     role.empty() ? "" : fmt::format(" (role {})", role));
}

/// "cutover by Alice Stone <alice@corp>, key SHA256:..."
std::string signature_text(const JsonValue& signature) {
  return fmt::format("{} by {} <{}>, key {}", text_at(signature, "act"), text_at(signature, "name"),
                     text_at(signature, "principal"), text_at(signature, "key"));
}

/// Texts as they are, lists by how many they have, objects as "Alice Stone 3, Bob Hill 1".
std::string value_text(const JsonValue& value) {  // NOLINT(misc-no-recursion): kJsonMaxDepth
  if (value.is_string()) return value.as_string();
  if (value.is_array()) return std::to_string(value.items().size());
  if (!value.is_object()) return codec::JsonWriter().value(value).take();
  std::string text;
  for (const codec::JsonMember& member : value.members()) {
    text += fmt::format("{}{} {}", text.empty() ? "" : ", ", member.key, value_text(member.value));
  }
  return text;
}

bool is_said_as_who(std::string_view name) {
  return std::find(kSaidAsWho.begin(), kSaidAsWho.end(), name) != kSaidAsWho.end();
}

std::string details_text(const JsonValue& body) {
  std::string text;
  for (const codec::JsonMember& member : body.members()) {
    if (is_said_as_who(member.key) || member.key == kSigned || member.key == kSignatures) continue;
    const std::string value = value_text(member.value);
    if (value.empty()) continue;
    std::string name = member.key;
    std::replace(name.begin(), name.end(), '_', ' ');
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", name, value);
  }
  return text;
}

/// A line for each signature, and what it is of. Empty where an event knows no signatures.
std::vector<std::string> signed_lines(const JsonValue& body) {
  const JsonValue* approval = body.find(kSigned);
  if (approval != nullptr && !approval->is_object()) return {"signed by nobody"};
  const JsonValue& of = approval == nullptr ? body : *approval;
  std::vector<std::string> lines;
  if (approval != nullptr) lines.push_back("signed: " + details_text(of));
  const JsonValue* signatures = of.find(kSignatures);
  if (signatures == nullptr || !signatures->is_array()) return lines;
  for (const JsonValue& signature : signatures->items()) {
    lines.push_back("signature: " + signature_text(signature));
  }
  return lines;
}

/// Keeps who each process is, as its first event says it.
class EventLines {
 public:
  std::string of(const ledger::Event& event) {
    std::string text = line(fmt::format("{:>5}  {}  {}", event.number, event.at, event.kind));
    const auto parsed = codec::parse_json(event.body, "event");
    const auto* const body = std::get_if<codec::JsonDocument>(&parsed);
    if (body == nullptr || !body->root().is_object()) return text + detail(event.body);
    text += detail(who(body->root())) + detail(details_text(body->root()));
    for (const std::string& signature : signed_lines(body->root())) text += detail(signature);
    return text;
  }

 private:
  static std::string line(const std::string& text) { return codec::printable_line(text) + "\n"; }
  static std::string detail(const std::string& text) {
    return text.empty() ? "" : "       " + line(text);
  }
  std::string who(const JsonValue& body) {
    std::string actor = actor_text(body);
    const std::string process = text_at(body, "process");
    if (process.empty()) return actor;
    if (!actor.empty()) by_process_[process] = actor;
    const auto known = by_process_.find(process);
    return known == by_process_.end() ? "process " + process : known->second;
  }

  std::map<std::string, std::string> by_process_;
};

}  // namespace

std::string log_text(const ledger::RunLog& log) {
  std::string text = codec::printable_line(fmt::format("run {} ({}): {} events", log.run_id,
                                                       log.name, log.events.size())) +
                     "\n";
  EventLines lines;
  for (const ledger::Event& event : log.events) text += lines.of(event);
  return text + fmt::format("head: {}\n", codec::printable_line(log.head()));
}

std::string comparison_text(const ledger::Comparison& comparison) {
  switch (comparison.kind) {
    case ledger::Comparison::Kind::same:
      return "the ledger has the same events";
    case ledger::Comparison::Kind::ledger_goes_on:
      return fmt::format("the ledger has the same events, and goes on with event {}",
                         comparison.number);
    case ledger::Comparison::Kind::ledger_is_cut:
      return fmt::format("the ledger has no event {} any more: its end was cut off",
                         comparison.number);
    case ledger::Comparison::Kind::parted:
      return fmt::format("file and ledger part at event {}: one of them was written anew",
                         comparison.number);
    case ledger::Comparison::Kind::not_in_ledger:
      return "the ledger has no events of this run";
  }
  return "";
}

}  // namespace sluice::cli
