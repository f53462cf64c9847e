#include "sluice/codec/mysql_types.h"

#include "plan/table_findings.h"

namespace sluice::plan {
namespace {

void append_name(std::string& list, const std::string& name) {
  list += (list.empty() ? "" : ", ") + name;
}

void look_at_mysql_columns(const model::Table& table, Findings& findings) {
  std::string converted;
  for (const model::Column& column : table.columns) {
    const std::string& charset = column.type.charset;
    // Of latin1, which has a character for every byte, look_at_values() speaks.
    if (!charset.empty() && charset != "latin1" && !codec::is_mysql_unicode(charset)) {
      append_name(converted, column.name + " (" + charset + ")");
    }
    if (codec::mysql_kind(column.type) == codec::MysqlKind::unknown) {
      findings.warning("unknown-type", table.name.text() + "." + column.name,
                       "type " + column.type.sql +
                           " is not known: it is read as the text that the "
                           "server prints",
                       "check that its text is what the target should get");
    }
  }
  if (converted.empty()) return;
  findings.note("charset-converted", table.name.text(),
                "the server converts these columns to UTF-8; rows with bytes that are no character "
                "there go to quarantine, and bytes that were stored in another encoding than "
                "declared come out wrong: " +
                    converted);
}

void look_at_mysql(const model::Table& table, Findings& findings) {
  if (!codec::mysql_engine_has_snapshots(table.storage_engine)) {
    findings.warning("no-snapshot", table.name.text(),
                     "storage engine " + table.storage_engine +
                         " has no snapshots: rows are read as they are at that moment, not at the "
                         "run's one point in time",
                     "stop writing to the table during the copy, or ALTER TABLE ... ENGINE=InnoDB "
                     "first");
  }
  look_at_mysql_columns(table, findings);
}

void look_at_postgresql(const model::Table& table, Findings& findings) {
  if (table.row_security) {
    findings.warning("source-row-security", table.name.text(),
                     "has row security: reading fails where a policy would hide rows from the "
                     "source role",
                     "give the source role BYPASSRLS, or a policy that shows it every row");
  }
  for (const model::Column& column : table.columns) {
    if (column.type.base != "oid") continue;
    findings.note("large-objects", table.name.text() + "." + column.name,
                  "its numbers are copied: large objects that they may name are not moved");
  }
  if (table.has_children) {
    findings.note("inheritance", table.name.text(),
                  "other tables inherit from it: their rows are not part of it here, each moves as "
                  "a table of "
                  "its own; new tables inherit again when they are whole");
  }
}

/// What people can do about a source that is no ordinary table.
std::string instead_of(const std::string& kind) {
  if (kind == "partitioned") {
    return "map each of its partitions to a target of its own, or leave them";
  }
  if (kind == "system versioned table") {
    return "make an ordinary table of its present rows (CREATE TABLE ... AS SELECT) and map that, "
           "or list it under \"leave\": its history would not be moved";
  }
  if (kind == "foreign") return "map the table on the server that it stands for";
  return "map the tables behind it, or make a table of its rows and map that";
}

}  // namespace

void look_at_source(model::Engine engine, const model::Table& table, Findings& findings) {
  if (table.kind != "table" && table.kind != "partition") {
    findings.error(
        "not-a-table", table.name.text(),
        "the source's kind is \"" + table.kind + "\", and only ordinary tables can be moved",
        instead_of(table.kind));
  }
  if (table.columns.empty()) {
    findings.error("no-columns", table.name.text(),
                   "has no columns, so that there is nothing to copy (about " +
                       std::to_string(table.estimated_rows) + " row(s), which hold nothing)",
                   "take it out of \"tables\", and list it under \"leave\"");
  }
  if (model::is_mysql_family(engine)) {
    look_at_mysql(table, findings);
  } else {
    look_at_postgresql(table, findings);
  }
}

}  // namespace sluice::plan
