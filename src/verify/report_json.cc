#include "sluice/codec/json_write.h"
#include "sluice/verify/report.h"

#include "verify/printable.h"

namespace sluice::verify {
namespace {

using codec::JsonWriter;

void write(JsonWriter& json, const Difference& difference) {
  json.begin_object();
  json.member("kind", to_string(difference.kind));
  json.member("attribution", to_string(difference.attribution));
  json.member("key", difference.key);
  json.member("source_key", difference.source_key);
  json.member("expected_copies", difference.expected_copies);
  json.member("actual_copies", difference.actual_copies);
  json.key("columns").begin_array();
  for (const ColumnDifference& column : difference.columns) {
    json.begin_object();
    json.member("column", column.column);
    json.member("expected", column.expected);
    json.member("actual", column.actual);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write(JsonWriter& json, const DifferenceCounts& counts,
           const std::vector<Difference>& differences) {
  json.key("differences").begin_object();
  json.member("missing", counts.missing);
  json.member("extra", counts.extra);
  json.member("changed", counts.changed);
  json.member("duplicated", counts.duplicated);
  json.member("complete", counts.complete);
  json.key("listed").begin_array();
  for (const Difference& difference : differences) write(json, difference);
  json.end_array();
  json.end_object();
}

void write(JsonWriter& json, const Fact& fact) {
  json.begin_object();
  json.member("measure", fact.measure);
  json.member("source_column", fact.source_column);
  json.member("target_column", fact.target_column);
  json.member("source", fact.source);
  json.member("target", fact.target);
  json.member("result", to_string(fact.result));
  json.end_object();
}

void write(JsonWriter& json, const ValueMapResult& map) {
  json.begin_object();
  json.member("source_column", map.source_column);
  json.member("target_column", map.target_column);
  json.member("outcome", map.compared ? to_string(map.outcome) : "not_compared");
  json.member("reason", map.reason);
  json.key("values").begin_array();
  for (const MappedValue& value : map.values) {
    json.begin_object();
    json.key("value");
    value.value ? json.value(printable(*value.value)) : json.null();
    json.member("expected", value.expected);
    json.member("actual", value.actual);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write(JsonWriter& json, const RestReport& rest) {
  json.begin_object();
  json.member("table", rest.table);
  json.member("outcome", to_string(rest.outcome));
  json.member("expected_rows", rest.expected_rows);
  json.member("target_rows", rest.target_rows);
  write(json, rest.counts, rest.differences);
  json.end_object();
}

void write_account(JsonWriter& json, const TableReport& table) {
  json.key("rows").begin_object();
  json.member("source", table.source_rows);
  json.member("expected", table.expected_rows);
  json.member("target", table.target_rows);
  json.member("existing", table.existing);
  json.member("quarantined", table.quarantined);
  json.member("decided", table.decided);
  json.member("left_behind", table.left_behind);
  json.member("filtered", table.filtered);
  json.member("unrecorded", table.unrecorded);
  json.end_object();
}

void write(JsonWriter& json, const TableReport& table) {
  json.begin_object();
  json.member("number", table.number);
  json.member("source", table.source);
  json.member("target", table.target);
  json.member("read_from", table.side);
  json.member("outcome", to_string(table.outcome));
  json.member("reason", table.reason);
  write_account(json, table);
  json.member("source_changed", table.source_changed);
  json.member("target_changed", table.target_changed);
  json.member("digest", table.digest);
  write(json, table.counts, table.differences);
  json.key("facts").begin_array();
  for (const Fact& fact : table.facts) write(json, fact);
  json.end_array();
  json.member("figures_not_compared", table.figures_not_compared);
  json.key("columns_not_compared").begin_array();
  for (const ColumnNotCompared& column : table.columns_not_compared) {
    json.begin_object();
    json.member("column", column.column).member("reason", column.reason);
    json.end_object();
  }
  json.end_array();
  json.key("value_maps").begin_array();
  for (const ValueMapResult& map : table.value_maps) write(json, map);
  json.end_array();
  json.key("rest");
  if (table.rest) {
    write(json, *table.rest);
  } else {
    json.null();
  }
  json.key("notes").begin_array();
  for (const std::string& note : table.notes) json.value(note);
  json.end_array();
  json.end_object();
}

void write(JsonWriter& json, const CheckReport& check) {
  json.begin_object();
  json.member("name", check.name);
  json.member("measure", check.measure);
  json.member("difference", check.difference);
  json.member("outcome", to_string(check.outcome));
  json.member("reason", check.reason);
  json.member("groups_total", check.groups_total);
  json.member("groups_differing", check.groups_differing);
  json.key("groups").begin_array();
  for (const CheckGroup& group : check.groups) {
    json.begin_object();
    json.member("key", group.key);
    json.member("source", group.source);
    json.member("target", group.target);
    json.member("agrees", group.agrees);
    json.end_object();
  }
  json.end_array();
  json.end_object();
}

void write(JsonWriter& json, const WrittenManifest& written) {
  json.key("manifest").begin_object();
  json.member("file", written.file).member("sha256", written.sha256);
  json.member("proof_file", written.proof_file).member("proof_sha256", written.proof_sha256);
  json.member("entries", written.entries).end_object();
}

}  // namespace

std::string to_json(const VerifyReport& report) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", kReportSchema);
  json.member("run", report.run_id);
  json.member("plan_sha256", report.plan_sha256);
  json.member("mode", to_string(report.mode));
  json.member("limits", limits_of(report.mode));
  json.member("outcome", to_string(report.outcome));
  json.member("started_at", report.started_at);
  json.member("ended_at", report.ended_at);
  json.member("source_label", report.source_label);
  json.member("source_position", report.source_position);
  json.member("target_position", report.target_position);
  json.member("tables_total", static_cast<std::uint64_t>(report.tables_total));
  json.key("tables").begin_array();
  for (const TableReport& table : report.tables) write(json, table);
  json.end_array();
  json.key("checks").begin_array();
  for (const CheckReport& check : report.checks) write(json, check);
  json.end_array();
  if (report.manifest) write(json, *report.manifest);
  if (!report.no_manifest.empty()) json.member("no_manifest", report.no_manifest);
  json.end_object();
  return json.take();
}

}  // namespace sluice::verify
