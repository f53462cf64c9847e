#include "sluice/document/document.h"

#include <algorithm>
#include <array>
#include <limits>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/sha256.h"
#include "sluice/mapping/json_object.h"
#include "sluice/model/error.h"

#include "document/head_rules.h"

namespace sluice::document {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;
using mapping::ObjectShape;

constexpr std::string_view kDocumentKeys[] = {"schema",    "kind",   "acts",       "run",
                                              "operator",  "policy", "created_at", "not_before",
                                              "not_after", "nonce",  "body"};
constexpr ObjectShape kDocument{.name = "document", .keys = kDocumentKeys, .takes_note = false};
constexpr std::string_view kPurposeKeys[] = {"act", "classes"};
constexpr ObjectShape kPurpose{.name = "purpose", .keys = kPurposeKeys, .takes_note = false};
constexpr std::string_view kPolicyKeys[] = {"sha256", "version"};
constexpr ObjectShape kPolicy{.name = "policy", .keys = kPolicyKeys, .takes_note = false};

constexpr std::array kKinds{Kind::plan,    Kind::manifest, Kind::retire, Kind::rollback,
                            Kind::discard, Kind::resume,   Kind::policy};

/// More would not be read.
constexpr std::size_t kProblemsNamed = 5;

[[noreturn]] void refuse(const std::string& why) {
  throw model::Error(model::ErrorKind::approval, "not a document that can be signed: " + why,
                     "take the file that sluice wrote, byte for byte");
}

template <typename T, std::size_t N>
std::array<std::string_view, N> names_of(const std::array<T, N>& values) {
  std::array<std::string_view, N> names;
  std::ranges::transform(values, names.begin(), [](T value) { return to_string(value); });
  return names;
}

/// A member that must be there, and be one of these.
template <typename T, std::size_t N>
T read_word(ObjectReader& object, std::string_view key, const std::array<T, N>& values) {
  if (object.required(key) == nullptr) return {};
  const auto names = names_of(values);
  return values.at(object.choice(key, names).value_or(0));
}

/// A text that must be there, and may be empty.
std::string read_text(ObjectReader& object, std::string_view key) {
  const JsonValue* value = object.required(key);
  return value == nullptr ? std::string() : mapping::read_text(*value, object.problems());
}

std::vector<Purpose> read_acts(ObjectReader& root) {
  std::vector<Purpose> acts;
  if (root.required("acts") == nullptr) return acts;
  for (const JsonValue& item : root.items("acts")) {
    ObjectReader object(item, kPurpose, root.problems());
    Purpose purpose;
    purpose.act = read_word(object, "act", kActs);
    if (object.required("classes") != nullptr) purpose.classes = object.texts("classes");
    acts.push_back(std::move(purpose));
  }
  return acts;
}

void read_policy(ObjectReader& root, Head& head) {
  const JsonValue* value = root.required("policy");
  if (value == nullptr) return;
  ObjectReader object(*value, kPolicy, root.problems());
  head.policy_sha256 = read_text(object, "sha256");
  if (object.required("version") == nullptr) return;
  const auto version = object.integer("version", 0, std::numeric_limits<std::int64_t>::max());
  head.policy_version = static_cast<std::uint64_t>(version.value_or(0));
}

Document read_document(const JsonValue& value, JsonProblems& problems) {
  ObjectReader root(value, kDocument, problems);
  Document document;
  Head& head = document.head;
  constexpr std::array kSchemas{kSchema};
  if (root.required("schema") != nullptr) (void)root.choice("schema", kSchemas);
  head.kind = read_word(root, "kind", kKinds);
  head.acts = read_acts(root);
  head.run_id = read_text(root, "run");
  head.operator_name = read_text(root, "operator");
  read_policy(root, head);
  head.created_at = read_text(root, "created_at");
  head.not_before = read_text(root, "not_before");
  head.not_after = read_text(root, "not_after");
  head.nonce = read_text(root, "nonce");
  const JsonValue* body = root.required("body");
  if (body == nullptr) return document;
  if (body->is_object()) {
    document.body = codec::canonical_json(*body);
  } else {
    problems.error(*body, "wrong-type", "the body is not an object");
  }
  return document;
}

/// What is wrong, as one message.
void refuse_findings(const std::vector<model::Finding>& findings) {
  if (findings.empty()) return;
  std::string text;
  for (const model::Finding& finding : findings) {
    if (&finding == &findings.front() + kProblemsNamed) {
      text += fmt::format("; and {} more", findings.size() - kProblemsNamed);
      break;
    }
    text += fmt::format("{}{}: {}", text.empty() ? "" : "; ", finding.where, finding.message);
    if (!finding.action.empty()) text += fmt::format(" ({})", finding.action);
  }
  refuse(text);
}

void write_head(const Head& head, codec::JsonWriter& json) {
  json.member("schema", kSchema).member("kind", to_string(head.kind));
  json.key("acts").begin_array();
  for (const Purpose& purpose : head.acts) {
    json.begin_object().member("act", to_string(purpose.act));
    json.member("classes", purpose.classes).end_object();
  }
  json.end_array();
  json.member("run", head.run_id).member("operator", head.operator_name);
  json.key("policy").begin_object();
  json.member("sha256", head.policy_sha256).member("version", head.policy_version).end_object();
  json.member("created_at", head.created_at).member("not_before", head.not_before);
  json.member("not_after", head.not_after).member("nonce", head.nonce);
}

Document read_bytes(std::string_view bytes) {
  if (bytes.size() > kMaxBytes) refuse(fmt::format("it has more than {} MiB", kMaxBytes >> 20U));
  const auto parsed = codec::parse_json(bytes, "document");
  if (const auto* error = std::get_if<codec::JsonError>(&parsed)) refuse(error->to_string());
  const auto& json = std::get<codec::JsonDocument>(parsed);
  std::vector<model::Finding> findings;
  JsonProblems problems(json, findings);
  problems.report_duplicates();
  refuse_findings(findings);
  Document document = read_document(json.root(), problems);
  refuse_findings(findings);
  return document;
}

}  // namespace

std::string_view to_string(Kind kind) noexcept {
  switch (kind) {
    case Kind::plan:
      return "plan";
    case Kind::manifest:
      return "manifest";
    case Kind::retire:
      return "retire";
    case Kind::rollback:
      return "rollback";
    case Kind::discard:
      return "discard";
    case Kind::resume:
      return "continue";
    case Kind::policy:
      return "policy";
  }
  return "unknown";
}

Act act_of(Kind kind) noexcept {
  switch (kind) {
    case Kind::plan:
      return Act::plan;
    case Kind::manifest:
    case Kind::rollback:
      return Act::cutover;
    case Kind::retire:
      return Act::retire;
    case Kind::discard:
      return Act::drop;
    case Kind::resume:
      return Act::resume;
    case Kind::policy:
      return Act::policy;
  }
  return Act::policy;
}

std::string to_text(const Head& head, std::string_view body) {
  if (const auto problem = head_problem(head)) {
    throw model::Error(
        model::ErrorKind::internal,
        fmt::format("a document that nobody could read: {} {}", problem->member, problem->message));
  }
  const codec::JsonDocument json = codec::parse_json_or_throw(body, "body");
  if (!json.root().is_object() || codec::canonical_json(json.root()) != body) {
    throw model::Error(model::ErrorKind::internal, "a body that is no object in canonical JSON");
  }
  codec::JsonWriter writer(codec::JsonWriter::Style::pretty);
  writer.begin_object();
  write_head(head, writer);
  writer.key("body").value(json.root()).end_object();
  std::string text = writer.take();
  if (text.size() > kMaxBytes) {
    throw model::Error(model::ErrorKind::internal, "a document that is larger than one may be");
  }
  return text;
}

Document from_text(std::string_view bytes) {
  Document document;
  try {
    document = read_bytes(bytes);
  } catch (const model::Error& error) {
    if (error.kind() == model::ErrorKind::approval) throw;
    refuse(error.what());  // a number that has no one text
  }
  if (const auto problem = head_problem(document.head)) {
    refuse(fmt::format("/{}: {}", problem->member, problem->message));
  }
  // One text for one content: nothing can stand in the file that people are not shown.
  if (to_text(document.head, document.body) != bytes) {
    refuse("it holds what a document may, but not as sluice writes it (order, blanks, line ends)");
  }
  return document;
}

std::string sha256_of(std::string_view bytes) { return codec::sha256_hex(bytes); }

}  // namespace sluice::document
