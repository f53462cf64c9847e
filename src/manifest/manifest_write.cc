#include "sluice/codec/json_write.h"
#include "sluice/manifest/manifest.h"

#include "manifest/manifest_words.h"

namespace sluice::manifest {
namespace {

using codec::JsonWriter;

void write(JsonWriter& json, const model::QualifiedName& name) {
  json.begin_object().member("schema", name.schema).member("table", name.table).end_object();
}

void write(JsonWriter& json, const Server& server) {
  const model::ServerIdentity& identity = server.identity;
  json.begin_object().member("engine", model::to_string(identity.engine));
  json.member("version", identity.version).member("version_number", identity.version_number);
  json.member("identity", identity.identity).member("address", identity.address);
  json.member("database", identity.database).member("label", server.label);
  json.member("position", server.position).member("position_label", server.position_label);
  json.end_object();
}

void write(JsonWriter& json, const Total& total) {
  json.begin_object().member("measure", total.measure);
  json.member("source_column", total.source_column).member("target_column", total.target_column);
  json.member("source", total.source).member("target", total.target);
  json.member("result", total.result).end_object();
}

void write(JsonWriter& json, const LossyColumn& column) {
  json.begin_object().member("source_column", column.source_column);
  json.member("target_column", column.target_column).member("what", column.what);
  json.member("rows", column.rows).member("full_value", column.full_value).end_object();
}

void write(JsonWriter& json, const Batch& batch) {
  json.begin_object().member("lower", batch.lower).member("upper", batch.upper);
  json.member("proved", batch.proved.to_text()).end_object();
}

void write(JsonWriter& json, const Check& check) {
  json.begin_object().member("name", check.name).member("measure", check.measure);
  json.member("outcome", check.outcome).member("groups", check.groups);
  json.member("groups_differing", check.groups_differing);
  json.member("source", check.source).member("target", check.target).end_object();
}

void write(JsonWriter& json, const Rehearsal& rehearsal) {
  json.begin_object().member("what", rehearsal.what).member("seconds", rehearsal.seconds);
  json.member("window_seconds", rehearsal.window_seconds);
  json.member("finished_at", rehearsal.finished_at).end_object();
}

void write(JsonWriter& json, const Table& table);

template <typename Item>
void write_all(JsonWriter& json, std::string_view key, const std::vector<Item>& items) {
  json.key(key).begin_array();
  for (const Item& item : items) write(json, item);
  json.end_array();
}

template <typename Value>
void write_all(JsonWriter& json, std::string_view key, const std::map<std::string, Value>& items) {
  json.key(key).begin_object();
  for (const auto& [name, value] : items) json.member(name, value);
  json.end_object();
}

void write_account(JsonWriter& json, const Table& table) {
  json.member("source_rows", table.source_rows).member("arrived", table.arrived);
  json.member("decided", table.decided).member("quarantined", table.quarantined);
  json.member("left_behind", table.left_behind).member("filtered", table.filtered);
  // Few have any; a manifest of earlier reads as it did.
  if (table.kept_left_out != 0) json.member("kept_left_out", table.kept_left_out);
  json.member("target_rows", table.target_rows).member("missing", table.missing);
  json.member("extra", table.extra).member("changed", table.changed);
  json.member("duplicated", table.duplicated);
}

void write(JsonWriter& json, const Table& table) {
  json.begin_object().member("number", table.number);
  write(json.key("source"), table.source);
  write(json.key("target"), table.target);
  write(json.key("side"), table.side);
  json.member("classes", table.classes).member("outcome", table.outcome);
  write_account(json, table);
  write_all(json, "quarantine_reasons", table.quarantine_reasons);
  write_all(json, "totals", table.totals);
  write_all(json, "lossy", table.lossy);
  json.member("not_checked", table.not_checked).member("key", table.key);
  json.member("notes", table.notes);
  json.member("proved", table.proved.to_text());
  json.member("target_digest", table.target_digest.to_text());
  json.member("read_by", word_of(table.read_by));
  write_all(json, "batches", table.batches);
  json.member("first_entry", table.first_entry).member("entries", table.entries);
  json.end_object();
}

}  // namespace

std::string to_json(const Manifest& manifest) {
  JsonWriter json;
  json.begin_object().member("schema", kManifestSchema).member("run", manifest.run_id);
  json.member("run_nonce", manifest.run_nonce).member("plan_sha256", manifest.plan_sha256);
  json.member("config_sha256", manifest.config_sha256).member("tool", manifest.tool);
  json.member("started_at", manifest.started_at).member("ended_at", manifest.ended_at);
  json.member("verification", manifest.verification);
  write(json.key("source"), manifest.source);
  write(json.key("target"), manifest.target);
  json.member("digest", codec::to_string(manifest.digest)).member("outcome", manifest.outcome);
  write_all(json, "tables", manifest.tables);
  write_all(json, "checks", manifest.checks);
  write_all(json, "archives", manifest.archives);
  write_all(json, "rehearsals", manifest.rehearsals);
  json.member("ledger_head", manifest.ledger_head);
  json.member("ledger_head_no", manifest.ledger_head_no);
  json.member("proof_sha256", manifest.proof_sha256).member("proof_bytes", manifest.proof_bytes);
  json.end_object();
  return codec::canonical_json(json.take());
}

std::string proof_path(const std::string& manifest_path) { return manifest_path + ".proof"; }

}  // namespace sluice::manifest
