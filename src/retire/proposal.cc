#include "sluice/retire/proposal.h"

#include <algorithm>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

constexpr std::string_view kSchema = "sluice.retire.document/1";

void write(const model::QualifiedName& name, std::string_view member, codec::JsonWriter& json) {
  json.key(member).begin_object();
  json.member("schema", name.schema).member("table", name.table);
  json.end_object();
}

void write(const TableSurvey& table, codec::JsonWriter& json) {
  json.begin_object();
  json.key("changed").begin_array();
  for (const RowNote& note : table.changed) {
    json.begin_object().member("key", note.key).member("what", note.what).end_object();
  }
  json.end_array();
  json.member("digest", table.digest.to_text());
  json.member("not_proved", table.not_proved);
  json.member("number", table.number);
  json.member("rows", table.rows);
  write(table.source, "source", json);
  json.member("source_changed", table.source_changed);
  json.member("source_gone", table.source_gone);
  write(table.target, "target", json);
  json.member("target_changed", table.target_changed);
  json.member("target_gone", table.target_gone);
  json.member("target_gone_keys", table.target_gone_keys);
  json.end_object();
}

[[noreturn]] void refuse(const std::string& what) {
  throw model::Error(model::ErrorKind::approval, "the retire document " + what,
                     "sluice retire --propose writes one");
}

/// The members of one object, each of which must be read: nothing that was signed goes unseen.
class Members {
 public:
  explicit Members(const codec::JsonValue& object) : object_(object) {
    if (!object.is_object()) refuse("holds something else than an object");
  }
  const codec::JsonValue& at(std::string_view name) {
    const codec::JsonValue* const found = object_.find(name);
    if (found == nullptr) refuse(fmt::format("has no {}", name));
    ++read_;
    return *found;
  }
  std::string text(std::string_view name) { return at(name).as_string(); }
  std::uint64_t count(std::string_view name) {
    const std::int64_t number = at(name).as_integer();
    if (number < 0) refuse(fmt::format("has a {} below 0", name));
    return static_cast<std::uint64_t>(number);
  }
  model::QualifiedName name(std::string_view member) {
    Members names(at(member));
    model::QualifiedName name{names.text("schema"), names.text("table")};
    names.end();
    return name;
  }
  void end() const {
    if (read_ != object_.members().size()) refuse("has members that are not known");
  }

 private:
  const codec::JsonValue& object_;
  std::size_t read_ = 0;
};

std::vector<RowNote> read_notes(const codec::JsonValue& array) {
  std::vector<RowNote> notes;
  for (const codec::JsonValue& item : array.items()) {
    Members members(item);
    notes.push_back({members.text("key"), members.text("what")});
    members.end();
  }
  return notes;
}

TableSurvey read_table(const codec::JsonValue& item) {
  Members members(item);
  TableSurvey table;
  table.changed = read_notes(members.at("changed"));
  const auto digest = codec::RowSetDigest::from_text(members.text("digest"));
  if (!digest) refuse("has a digest that is none");
  table.digest = *digest;
  table.not_proved = members.count("not_proved");
  table.number = static_cast<int>(members.count("number"));
  table.rows = members.count("rows");
  table.source = members.name("source");
  table.source_changed = members.count("source_changed");
  table.source_gone = members.count("source_gone");
  table.target = members.name("target");
  table.target_changed = members.count("target_changed");
  table.target_gone = members.count("target_gone");
  for (const codec::JsonValue& key : members.at("target_gone_keys").items()) {
    table.target_gone_keys.push_back(key.as_string());
  }
  members.end();
  const bool sorted = std::is_sorted(table.target_gone_keys.begin(), table.target_gone_keys.end());
  if (!sorted || table.target_gone_keys.size() != table.target_gone) {
    refuse("does not list the rows that the target lacks as it counts them");
  }
  if (table.digest.count() != table.rows) refuse("has a digest of other rows than it counts");
  return table;
}

Proposal read(std::string_view body) {
  const codec::JsonDocument document = codec::parse_json_or_throw(body, "retire document");
  Members members(document.root());
  Proposal proposal;
  proposal.archive = members.text("archive");
  proposal.manifest_sha256 = members.text("manifest_sha256");
  proposal.role = members.text("role");
  proposal.run_id = members.text("run_id");
  if (members.text("schema") != kSchema) refuse("is of another version");
  for (const codec::JsonValue& table : members.at("tables").items()) {
    proposal.tables.push_back(read_table(table));
  }
  members.end();
  return proposal;
}

}  // namespace

std::string to_json(const Proposal& proposal) {
  codec::JsonWriter json;
  json.begin_object();
  json.member("archive", proposal.archive);
  json.member("manifest_sha256", proposal.manifest_sha256);
  json.member("role", proposal.role);
  json.member("run_id", proposal.run_id);
  json.member("schema", kSchema);
  json.key("tables").begin_array();
  for (const TableSurvey& table : proposal.tables) write(table, json);
  json.end_array();
  json.end_object();
  return json.take();
}

Proposal from_json(std::string_view body) {
  try {
    return read(body);
  } catch (const model::Error& error) {
    if (error.kind() == model::ErrorKind::approval) throw;
    throw model::Error(model::ErrorKind::approval, error.what(), error.hint());
  }
}

}  // namespace sluice::retire
