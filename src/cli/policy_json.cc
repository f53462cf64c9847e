#include "cli/policy_json.h"

#include "sluice/codec/json_write.h"

#include "cli/console.h"

namespace sluice::cli {
namespace {

using codec::JsonWriter;

void write_requirement(const policy::Requirement& requirement, JsonWriter& json) {
  json.key("rule").begin_object();
  json.key("groups").begin_array();
  for (const policy::GroupNeed& group : requirement.groups) {
    json.begin_object().member("group", group.group).member("need", group.need).end_object();
  }
  json.end_array();
  json.member("hardware", policy::to_string(requirement.hardware));
  json.member("operator_counts", requirement.operator_counts);
  const auto hours = std::chrono::duration_cast<std::chrono::hours>(requirement.max_age);
  json.member("max_age_hours", static_cast<std::int64_t>(hours.count())).end_object();
}

void write_act(const policy::Policy& policy, document::Act act, JsonWriter& json) {
  json.begin_object().member("act", to_string(act));
  json.member("namespace", document::signature_namespace(act));
  json.member("verb", document::gated_verb(act));
  json.member("irreversible", document::is_irreversible(act));
  json.member("owners_sign", policy::needs_owners(act));
  const auto rule = policy.acts.find(act);
  if (rule == policy.acts.end()) {
    json.key("rule").null();
  } else {
    write_requirement(rule->second.requirement, json);
  }
  json.key("by_class").begin_array();
  if (rule != policy.acts.end()) {
    for (const auto& [name, own] : rule->second.by_class) {
      const auto whole = policy::requirement_of(policy, act, {name});
      if (!whole) continue;
      json.begin_object().member("class", name);
      write_requirement(*whole, json);
      json.end_object();
    }
  }
  json.end_array().end_object();
}

void write_time(std::string_view key, const std::string& time, JsonWriter& json) {
  json.member(key, time.empty() ? std::nullopt : std::optional(time));
}

void write_person(const policy::Person& person, JsonWriter& json) {
  json.begin_object().member("name", person.name).member("principal", person.principal);
  json.member("role", person.role).member("contact", person.contact);
  json.member("groups", person.groups).member("os_users", person.os_users);
  json.member("database_roles", person.database_roles);
  json.key("keys").begin_array();
  for (const policy::Key& key : person.keys) {
    json.begin_object().member("type", key.type);
    write_time("valid_after", key.valid_after, json);
    write_time("valid_before", key.valid_before, json);
    json.end_object();
  }
  json.end_array().end_object();
}

void write_places(const policy::Policy& policy, JsonWriter& json) {
  json.key("classes").begin_array();
  for (const policy::Class& one : policy.classes) {
    json.begin_object().member("class", one.name).member("owner", one.owner);
    json.member("tables", one.tables).end_object();
  }
  json.end_array();
  json.key("servers").begin_array();
  for (const policy::Server& server : policy.servers) {
    json.begin_object().member("engine", to_string(server.engine));
    json.member("identity", server.identity).member("label", server.label).end_object();
  }
  json.end_array();
}

void write_findings(const std::vector<model::Finding>& findings, JsonWriter& json) {
  json.key("findings").begin_array();
  for (const model::Finding& finding : findings) {
    json.begin_object().member("severity", severity_word(finding.severity));
    json.member("rule", finding.rule).member("where", finding.where);
    json.member("message", finding.message).member("action", finding.action).end_object();
  }
  json.end_array();
}

}  // namespace

std::string policy_json(const policy::ReadResult& result) {
  const policy::Policy& policy = *result.policy;
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("schema", "sluice.policy.result/1");
  json.member("file", policy.file).member("name", policy.name);
  json.member("version", policy.version).member("sha256", policy.sha256);
  json.key("acts").begin_array();
  for (const document::Act act : document::kActs) write_act(policy, act, json);
  json.end_array();
  json.key("people").begin_array();
  for (const policy::Person& person : policy.people) write_person(person, json);
  json.end_array();
  write_places(policy, json);
  json.member("caller", policy.caller).member("operators", policy.operators);
  json.member("unsigned_labels", policy.unsigned_labels);
  json.key("keep").begin_object().member("first_day", policy.keep.first_day);
  json.member("last_day", policy.keep.last_day).end_object();
  json.member("archive_days", policy.archive_days);
  json.member("allowed_signers", policy::allowed_signers(policy));
  write_findings(result.findings, json);
  json.end_object();
  return json.take();
}

}  // namespace sluice::cli
