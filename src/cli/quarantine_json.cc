#include <fmt/format.h>

#include "sluice/codec/hex.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/utf8.h"

#include "cli/account_json.h"
#include "cli/quarantine_report.h"

namespace sluice::cli {
namespace {

using codec::JsonWriter;

std::string name_of(const plan::Plan& plan, int table_no) {
  return plan.tables.at(static_cast<std::size_t>(table_no - 1)).source.text();
}

/// Bytes that are no UTF-8 as "value_hex".
void put_value(JsonWriter& json, const std::string& bytes) {
  if (codec::is_utf8(bytes)) {
    json.member("value", bytes);
  } else {
    json.member("value_hex", codec::to_hex(bytes));
  }
}

/// JSON that stands in the ledger, as it is; null where there is none.
void put_json(JsonWriter& json, const char* name, const std::string& text) {
  json.key(name);
  if (text.empty()) {
    json.null();
  } else {
    json.value(codec::parse_json_or_throw(text, name).root());
  }
}

void put_counts(JsonWriter& json, const ledger::QuarantineCounts& counts) {
  json.member("open", counts.open);
  json.member("decided", counts.decided);
  json.member("left_behind", counts.left_behind);
}

void put_row(JsonWriter& json, const plan::Plan& plan, const ledger::QuarantineEntry& row) {
  json.begin_object();
  json.member("quarantine_id", row.id);
  json.member("table", name_of(plan, row.table_no));
  put_json(json, "source_key", row.source_key);
  json.member("column", row.column);
  json.member("reason", row.reason);
  put_value(json, row.value);
  json.member("message", row.message);
  put_json(json, "problems", row.problems);
  json.member("state", ledger::to_string(row.state));
  if (row.state != ledger::QuarantineState::open) {
    put_json(json, "set", row.decision);
    json.member("person", row.decided_by);
    json.member("decided_reason", row.decided_reason);
    json.member("decided_at", row.decided_at);
  }
  json.end_object();
}

void put_group(JsonWriter& json, const plan::Plan& plan, const ledger::QuarantineGroup& group) {
  json.begin_object();
  json.member("table", name_of(plan, group.table_no));
  json.member("column", group.column);
  json.member("reason", group.reason);
  json.member("rows", group.rows);
  json.key("example").begin_object();
  json.member("quarantine_id", group.example);
  put_json(json, "source_key", group.example_key);
  put_value(json, group.value);
  json.member("message", group.message);
  json.end_object();
  json.end_object();
}

void put_still_open(JsonWriter& json, const plan::Plan& plan, const copy::StillOpen& row) {
  json.begin_object();
  json.member("quarantine_id", row.id);
  json.member("table", name_of(plan, row.table_no));
  put_json(json, "source_key", row.source_key);
  json.member("column", row.column);
  json.key("reason");
  if (row.reason.empty()) {
    json.null();
  } else {
    json.value(row.reason);
  }
  put_value(json, row.value);
  json.member("message", row.message);
  json.end_object();
}

}  // namespace

std::string to_json(const QuarantineList& list) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.quarantine/1");
  json.member("run", list.run.id);
  put_counts(json, list.counts);
  json.key(list.by_group ? "groups" : "rows").begin_array();
  for (const ledger::QuarantineGroup& group : list.groups) put_group(json, list.plan, group);
  for (const ledger::QuarantineEntry& row : list.rows) put_row(json, list.plan, row);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string export_to_json(const ledger::Run& run, const std::string& path,
                           const copy::DecisionsTemplate& file) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.exported/1");
  json.member("run", run.id);
  json.member("file", path);
  json.member("entries", file.entries);
  json.member("rows", file.rows);
  json.end_object();
  return json.take();
}

std::string to_json(const DecideResult& result) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.decided/1");
  json.member("run", result.run.id);
  json.member("dry_run", result.dry_run);
  json.key("tables").begin_array();
  for (const copy::TableDecisions& table : result.report.tables) {
    json.begin_object();
    json.member("table", name_of(result.plan, table.table_no));
    json.member("decided", table.decided);
    json.member("left_behind", table.left_behind);
    json.member("decided_before", table.decided_before);
    json.member("still_open", table.still_open);
    json.end_object();
  }
  json.end_array();
  json.key("still_open").begin_array();
  for (const copy::StillOpen& row : result.report.still_open) {
    put_still_open(json, result.plan, row);
  }
  json.end_array();
  json.key("accounts").begin_array();
  for (const ledger::Account& account : result.accounts) {
    json.begin_object();
    json.member("table", name_of(result.plan, account.table_no));
    put_account(json, account);
    json.end_object();
  }
  json.end_array();
  if (result.dry_run) {
    json.key("sql").begin_array();
    for (const std::string& sql : result.report.sql) json.value(sql);
    json.end_array();
  }
  json.end_object();
  return json.take();
}

}  // namespace sluice::cli
