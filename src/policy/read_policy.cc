#include <algorithm>
#include <limits>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/sha256.h"

#include "policy/reader.h"
#include "policy/shapes.h"

namespace sluice::policy {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

constexpr std::size_t kMaxNameLength = 40;
constexpr std::int64_t kMostDays = 36'500;
constexpr std::int64_t kMostRows = std::numeric_limits<std::int64_t>::max();
constexpr std::string_view kMakeRevoked =
    "`ssh-keygen -q -k -f revoked.krl /dev/null` makes a list that revokes nobody";

void check_schema(ObjectReader& root) {
  constexpr std::string_view kNames[] = {kSchema};
  if (root.required("schema") != nullptr) (void)root.choice("schema", kNames);
}

std::string read_name(ObjectReader& root) {
  std::string name = root.required_text("name");
  if (!name.empty()) check_name(*root.find("name"), name, root.problems());
  return name;
}

std::uint32_t read_days(ObjectReader& object, std::string_view key) {
  if (object.required(key) == nullptr) return 0;
  return static_cast<std::uint32_t>(object.integer(key, 0, kMostDays).value_or(0));
}

Keep read_keep(ObjectReader& root) {
  Keep keep;
  const JsonValue* value = root.required("keep");
  if (value == nullptr) return keep;
  ObjectReader object(*value, shapes::kKeep, root.problems());
  keep.first_day = read_days(object, "first_day");
  keep.last_day = read_days(object, "last_day");
  if (keep.first_day > keep.last_day) {
    root.problems().error(*value, "bad-keep", "\"first_day\" is after \"last_day\"",
                          "rows are deleted from the first day after cutover to the last");
  }
  return keep;
}

Limits read_limits(ObjectReader& root) {
  Limits limits;
  const JsonValue* value = root.find("limits");
  if (value == nullptr) return limits;
  ObjectReader object(*value, shapes::kLimits, root.problems());
  const auto read = [&](std::string_view key) {
    return static_cast<std::uint64_t>(object.integer(key, 0, kMostRows).value_or(0));
  };
  limits.quarantined_rows = read("quarantined_rows");
  limits.target_changed_rows = read("target_changed_rows");
  limits.source_changed_rows = read("source_changed_rows");
  limits.old_side_writes = read("old_side_writes");
  return limits;
}

std::optional<codec::DigestAlgorithm> read_digest(ObjectReader& root) {
  constexpr std::string_view kNames[] = {"xxh3-128", "sha256"};
  const auto choice = root.choice("digest", kNames);
  if (!choice) return std::nullopt;
  return *choice == 1 ? codec::DigestAlgorithm::sha256 : codec::DigestAlgorithm::xxh3_128;
}

/// No part that leads elsewhere, nothing that a terminal or a list could take for something else.
bool is_plain_path(std::string_view path) {
  const bool leads_up = path == ".." || path.starts_with("../") || path.ends_with("/..") ||
                        path.find("/../") != std::string_view::npos;
  return !leads_up && !path.empty() && !path.ends_with('/') &&
         std::ranges::none_of(
             path, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
}

void read_paths(ObjectReader& root, Policy& policy) {
  JsonProblems& problems = root.problems();
  policy.ssh_keygen = root.text("ssh_keygen", policy.ssh_keygen);
  const JsonValue* keygen = root.find("ssh_keygen");
  if (keygen != nullptr && keygen->is_string() &&
      (!policy.ssh_keygen.starts_with('/') || !is_plain_path(policy.ssh_keygen))) {
    problems.error(*keygen, "bad-path", "\"ssh_keygen\" is an absolute path without ..",
                   "leave it out for /usr/bin/ssh-keygen");
  }
  const JsonValue* revoked = root.find("revoked_keys");
  if (revoked == nullptr) {
    problems.error(root.value(), "missing-key", "the key \"revoked_keys\" is missing",
                   std::string(kMakeRevoked));
    return;
  }
  policy.revoked_keys = root.text("revoked_keys");
  if (!revoked->is_string() || is_plain_path(policy.revoked_keys)) return;
  problems.error(*revoked, "bad-path", "\"revoked_keys\" is the path of a file, without ..",
                 std::string(kMakeRevoked));
}

Policy policy_from_json(const JsonValue& value, JsonProblems& problems) {
  ObjectReader root(value, shapes::kPolicy, problems);
  Policy policy;
  if (!root.is_object()) return policy;
  check_schema(root);
  (void)root.text("$schema");
  policy.name = read_name(root);
  if (root.required("version") != nullptr) {
    policy.version = static_cast<std::uint64_t>(root.integer("version", 1, kMostRows).value_or(1));
  }
  read_people(root, policy);
  const bool people_are_sound = !problems.has_errors();
  read_classes(root, policy);
  read_acts(root, policy);
  read_servers(root, policy);
  policy.caller = root.required_text("caller");
  if (root.required("operators") != nullptr) policy.operators = distinct_texts(root, "operators");
  policy.unsigned_labels = distinct_texts(root, "unsigned_labels");
  policy.keep = read_keep(root);
  if (root.required("archive_days") != nullptr) {
    policy.archive_days = read_days(root, "archive_days");
  }
  policy.limits = read_limits(root);
  policy.digest = read_digest(root);
  read_paths(root, policy);
  read_revoked(root, policy);
  check_references(root, policy);
  if (people_are_sound) check_requirements(root, policy);
  return policy;
}

}  // namespace

void check_name(const JsonValue& at, std::string_view name, JsonProblems& problems) {
  const bool plain =
      !name.empty() && name.size() <= kMaxNameLength && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (plain) return;
  problems.error(
      at, "bad-name",
      fmt::format("a name has 1 to {} of the characters a to z, 0 to 9, - and _", kMaxNameLength));
}

std::vector<std::string> distinct_texts(ObjectReader& object, std::string_view key) {
  std::vector<std::string> texts;
  for (const JsonValue& item : object.items(key)) {
    std::string text = mapping::read_text(item, object.problems());
    if (!item.is_string()) continue;
    if (text.empty()) {
      object.problems().error(item, "empty-text", "an empty text does not belong here");
    } else if (std::ranges::find(texts, text) != texts.end()) {
      object.problems().error(item, "said-twice", fmt::format("\"{}\" stands twice", text));
    } else {
      texts.push_back(std::move(text));
    }
  }
  return texts;
}

ReadResult read_policy(std::string_view text, std::string_view file) {
  ReadResult result;
  const auto parsed = codec::parse_json(text, file);
  if (const auto* error = std::get_if<codec::JsonError>(&parsed)) {
    result.findings.push_back(
        {model::Severity::error, "not-json",
         fmt::format("{}:{}:{}", file, error->position.line, error->position.column),
         error->message, "a policy is strict JSON, without comments"});
    return result;
  }
  const auto& document = std::get<codec::JsonDocument>(parsed);
  JsonProblems problems(document, result.findings);
  problems.report_duplicates();
  Policy policy = policy_from_json(document.root(), problems);
  if (problems.has_errors()) return result;
  policy.file = file;
  policy.text = text;
  policy.sha256 = codec::sha256_hex(text);
  result.policy = std::move(policy);
  return result;
}

}  // namespace sluice::policy
