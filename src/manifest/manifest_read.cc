#include <array>
#include <limits>

#include <fmt/format.h>

#include "sluice/codec/json_read.h"
#include "sluice/manifest/manifest.h"
#include "sluice/model/error.h"

#include "manifest/manifest_words.h"

// Reads leniently and then compares with what to_json would have written: one rule for every
// unknown or repeated member, other order and other spelling.
namespace sluice::manifest {
namespace {

using codec::JsonValue;

[[noreturn]] void fail(const std::string& why) {
  throw model::Error(model::ErrorKind::approval, "cannot read the manifest: " + why,
                     "it is not what sluice wrote: get the file anew, or verify again");
}

std::string text_of(const JsonValue& json, std::string_view key) {
  return json.at(key).as_string();
}

std::uint64_t count_of(const JsonValue& json, std::string_view key) {
  const std::int64_t number = json.at(key).as_integer();
  if (number < 0) fail(fmt::format("\"{}\" is negative", key));
  return static_cast<std::uint64_t>(number);
}

int number_of(const JsonValue& json, std::string_view key) {
  const std::int64_t number = json.at(key).as_integer();
  if (number < 0 || number > std::numeric_limits<int>::max()) {
    fail(fmt::format("\"{}\" is no such number", key));
  }
  return static_cast<int>(number);
}

std::optional<std::string> text_or_null(const JsonValue& json, std::string_view key) {
  const JsonValue& value = json.at(key);
  return value.is_null() ? std::nullopt : std::optional(value.as_string());
}

std::vector<std::string> texts_of(const JsonValue& json, std::string_view key) {
  std::vector<std::string> texts;
  for (const JsonValue& item : json.at(key).items()) texts.push_back(item.as_string());
  return texts;
}

codec::RowSetDigest digest_of(const JsonValue& json, std::string_view key) {
  const std::string& text = json.at(key).as_string();
  const auto digest = codec::RowSetDigest::from_text(text);
  if (!digest) fail(fmt::format("\"{}\" is no digest", key));
  return *digest;
}

/// One of an enum's values by its name.
template <typename Value, std::size_t Size, typename Name>
Value one_of(const std::array<Value, Size>& values, Name name, const std::string& text) {
  for (const Value value : values) {
    if (std::string_view(name(value)) == text) return value;
  }
  fail(fmt::format("\"{}\" is none of the words that may stand there", text));
}

model::QualifiedName name_of(const JsonValue& json, std::string_view key) {
  const JsonValue& name = json.at(key);
  return {text_of(name, "schema"), text_of(name, "table")};
}

template <typename Item>
std::vector<Item> all_of(const JsonValue& json, std::string_view key,
                         Item (*read)(const JsonValue&)) {
  std::vector<Item> items;
  for (const JsonValue& item : json.at(key).items()) items.push_back(read(item));
  return items;
}

Server read_server(const JsonValue& json) {
  Server server;
  model::ServerIdentity& identity = server.identity;
  constexpr std::array kEngines{model::Engine::postgresql, model::Engine::mysql,
                                model::Engine::mariadb};
  const auto name = [](model::Engine engine) { return model::to_string(engine); };
  identity.engine = one_of(kEngines, name, text_of(json, "engine"));
  identity.version = text_of(json, "version");
  identity.version_number = number_of(json, "version_number");
  identity.identity = text_of(json, "identity");
  identity.address = text_of(json, "address");
  identity.database = text_of(json, "database");
  server.label = text_of(json, "label");
  server.position = text_of(json, "position");
  server.position_label = text_of(json, "position_label");
  return server;
}

Total read_total(const JsonValue& json) {
  Total total;
  total.measure = text_of(json, "measure");
  total.source_column = text_of(json, "source_column");
  total.target_column = text_of(json, "target_column");
  total.source = text_or_null(json, "source");
  total.target = text_or_null(json, "target");
  total.result = text_of(json, "result");
  return total;
}

LossyColumn read_lossy(const JsonValue& json) {
  LossyColumn column;
  column.source_column = text_of(json, "source_column");
  column.target_column = text_of(json, "target_column");
  column.what = text_of(json, "what");
  if (!json.at("rows").is_null()) column.rows = count_of(json, "rows");
  column.full_value = text_of(json, "full_value");
  return column;
}

Batch read_batch(const JsonValue& json) {
  return {text_of(json, "lower"), text_of(json, "upper"), digest_of(json, "proved")};
}

Check read_check(const JsonValue& json) {
  Check check;
  check.name = text_of(json, "name");
  check.measure = text_of(json, "measure");
  check.outcome = text_of(json, "outcome");
  check.groups = count_of(json, "groups");
  check.groups_differing = count_of(json, "groups_differing");
  check.source = text_or_null(json, "source");
  check.target = text_or_null(json, "target");
  return check;
}

Rehearsal read_rehearsal(const JsonValue& json) {
  return {text_of(json, "what"), count_of(json, "seconds"), count_of(json, "window_seconds"),
          text_of(json, "finished_at")};
}

void read_account(const JsonValue& json, Table& table) {
  table.source_rows = count_of(json, "source_rows");
  table.arrived = count_of(json, "arrived");
  table.decided = count_of(json, "decided");
  table.quarantined = count_of(json, "quarantined");
  table.left_behind = count_of(json, "left_behind");
  table.filtered = count_of(json, "filtered");
  if (json.find("kept_left_out") != nullptr) {
    table.kept_left_out = count_of(json, "kept_left_out");
  }
  table.target_rows = count_of(json, "target_rows");
  table.missing = count_of(json, "missing");
  table.extra = count_of(json, "extra");
  table.changed = count_of(json, "changed");
  table.duplicated = count_of(json, "duplicated");
}

Table read_table(const JsonValue& json) {
  Table table;
  table.number = number_of(json, "number");
  table.source = name_of(json, "source");
  table.target = name_of(json, "target");
  table.side = name_of(json, "side");
  table.classes = texts_of(json, "classes");
  table.outcome = text_of(json, "outcome");
  read_account(json, table);
  const JsonValue& reasons = json.at("quarantine_reasons");
  for (const codec::JsonMember& reason : reasons.members()) {
    table.quarantine_reasons[reason.key] = count_of(reasons, reason.key);
  }
  table.totals = all_of(json, "totals", read_total);
  table.lossy = all_of(json, "lossy", read_lossy);
  table.not_checked = texts_of(json, "not_checked");
  table.key = texts_of(json, "key");
  table.notes = texts_of(json, "notes");
  table.proved = digest_of(json, "proved");
  table.target_digest = digest_of(json, "target_digest");
  constexpr std::array kKinds{model::RangeKind::key, model::RangeKind::ctid,
                              model::RangeKind::whole};
  table.read_by = one_of(kKinds, word_of, text_of(json, "read_by"));
  table.batches = all_of(json, "batches", read_batch);
  table.first_entry = count_of(json, "first_entry");
  table.entries = count_of(json, "entries");
  return table;
}

Manifest read(const JsonValue& json) {
  Manifest manifest;
  manifest.run_id = text_of(json, "run");
  manifest.run_nonce = text_of(json, "run_nonce");
  manifest.plan_sha256 = text_of(json, "plan_sha256");
  manifest.config_sha256 = text_of(json, "config_sha256");
  manifest.tool = text_of(json, "tool");
  manifest.started_at = text_of(json, "started_at");
  manifest.ended_at = text_of(json, "ended_at");
  manifest.verification = number_of(json, "verification");
  manifest.source = read_server(json.at("source"));
  manifest.target = read_server(json.at("target"));
  constexpr std::array kAlgorithms{codec::DigestAlgorithm::xxh3_128,
                                   codec::DigestAlgorithm::sha256};
  const auto name = [](codec::DigestAlgorithm digest) { return codec::to_string(digest); };
  manifest.digest = one_of(kAlgorithms, name, text_of(json, "digest"));
  manifest.outcome = text_of(json, "outcome");
  manifest.tables = all_of(json, "tables", read_table);
  manifest.checks = all_of(json, "checks", read_check);
  for (const codec::JsonMember& archive : json.at("archives").members()) {
    manifest.archives[archive.key] = archive.value.as_string();
  }
  manifest.rehearsals = all_of(json, "rehearsals", read_rehearsal);
  manifest.ledger_head = text_of(json, "ledger_head");
  manifest.ledger_head_no = json.at("ledger_head_no").as_integer();
  manifest.proof_sha256 = text_of(json, "proof_sha256");
  manifest.proof_bytes = count_of(json, "proof_bytes");
  return manifest;
}

}  // namespace

Manifest from_json(const std::string& body) {
  try {
    const codec::JsonDocument document = codec::parse_json_or_throw(body, "the manifest");
    if (text_of(document.root(), "schema") != kManifestSchema) fail("it is of another version");
    Manifest manifest = read(document.root());
    if (to_json(manifest) == body) return manifest;
  } catch (const model::Error& error) {
    if (error.kind() != model::ErrorKind::data) throw;
    fail(error.what());
  }
  fail("it has members or a form that no manifest has");
}

}  // namespace sluice::manifest
