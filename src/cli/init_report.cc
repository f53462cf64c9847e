#include "cli/init_report.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

#include "cli/command_line.h"

namespace sluice::cli {
namespace {

using model::Severity;

/// Places of a group that are listed unless all are asked for.
constexpr std::size_t kPlacesShown = 3;

std::string server_text(const model::ServerIdentity& server) {
  return fmt::format("{} {}, {} at {}", model::to_string(server.engine), server.version,
                     server.database, server.address);
}

/// Rules whose names end so are about something that is left out.
bool is_left_out(const model::Finding& finding) {
  static constexpr std::string_view kEnds[] = {"-not-moved", "-refused", "-not-made", "-not-seen"};
  return std::ranges::any_of(kEnds,
                             [&](std::string_view end) { return finding.rule.ends_with(end); });
}

void sort_in(const model::Finding& finding, InitReport& report) {
  if (finding.severity == Severity::error) {
    add_to_groups(report.errors, finding);
  } else if (is_left_out(finding)) {
    add_to_groups(report.left, finding);
  } else if (finding.severity == Severity::warning || finding.rule == "needs-decision") {
    add_to_groups(report.decisions, finding);
  } else {
    add_to_groups(report.notes, finding);
  }
}

/// "event trigger" -> "event-trigger-not-moved".
std::string rule_of(std::string kind) {
  std::ranges::replace(kind, ' ', '-');
  return kind + "-not-moved";
}

/// Empty: all are asked for. What has no schema belongs to none of them alone.
bool is_asked_for(const std::string& schema, const std::vector<std::string>& schemas) {
  return schemas.empty() || schema.empty() || std::ranges::find(schemas, schema) != schemas.end();
}

/// Views, routines and the like: they are other people's programs, so they are listed and left.
/// What a finding says already is not said again.
void add_others(const model::Catalog& source, const std::vector<std::string>& schemas,
                const std::vector<model::Finding>& findings, InitReport& report) {
  std::set<std::pair<std::string, std::string>> said;
  for (const model::Finding& finding : findings) said.emplace(finding.rule, finding.where);
  for (const model::OtherObject& other : source.others) {
    if (!is_asked_for(other.name.schema, schemas)) continue;
    const std::string rule = rule_of(other.kind);
    const std::string place = other.name.schema.empty() ? other.name.table : other.name.text();
    if (said.contains({rule, place})) continue;
    const bool many = other.kind == "large objects";  // their number stands for their names
    add_to_groups(
        report.left,
        {Severity::note, rule, place, other.kind + (many ? " are not moved" : " is not moved"),
         "make " + std::string(many ? "them" : "it") + " in the target by hand"});
  }
}

/// Tables that are not moved, and why; those of extensions are among the others.
void add_left(const config::Config& config, const model::Catalog& source, InitReport& report) {
  for (const config::LeftTable& left : config.leave) {
    if (std::ranges::find(source.others, left.table, &model::OtherObject::name) !=
        source.others.end())
      continue;
    const bool whole = left.is_whole_schema();
    add_to_groups(report.left, {Severity::note, whole ? "schema-not-moved" : "table-not-moved",
                                whole ? left.table.schema : left.table.text(), left.reason,
                                "its line under \"leave\" in the config keeps it so"});
  }
}

/// Whoever makes the new tables owns them.
void add_rights(InitReport& report) {
  if (report.new_tables == 0) return;
  add_to_groups(report.left,
                {Severity::note, "rights-not-moved", "all new tables",
                 "owners and grants are not moved: new tables belong to the role that copies",
                 "ALTER TABLE ... OWNER TO and GRANT by hand"});
}

/// Tables that people have already are theirs until cutover.
void add_aside(const config::Config& config, InitReport& report) {
  for (const config::Table& table : config.tables) {
    if (table.create) continue;
    add_to_groups(report.decisions,
                  {Severity::note, "filled-aside", table.target.text(),
                   "is in the target already: its rows go into <table>__side beside it, and the "
                   "table stays as it is until cutover",
                   "for a table that copy makes anew, drop or rename the one that is there, and "
                   "run init again"});
  }
}

/// A new table takes its own name at the end of the copy; what it refers to may not.
void add_references_aside(const plan::Plan& plan, InitReport& report) {
  if (plan.new_tables == config::NewTables::side) return;
  std::map<model::QualifiedName, const plan::TablePlan*> aside;
  for (const plan::TablePlan& table : plan.tables) {
    if (!table.is_new) aside.emplace(table.side, &table);
  }
  for (const plan::TablePlan& table : plan.tables) {
    if (!table.is_new) continue;
    for (const plan::DeferredStep& step : table.deferred) {
      const auto found = aside.find(step.referenced);
      if (step.kind != plan::DeferredStep::Kind::foreign_key || found == aside.end()) continue;
      add_to_groups(report.decisions,
                    {Severity::note, "refers-aside", table.target.text() + "." + step.of,
                     fmt::format("this foreign key of a new table refers to {}, not to {}, until "
                                 "cutover",
                                 found->first.text(), found->second->target.text()),
                     "\"new_tables\": \"side\" in the config keeps the new tables aside too"});
    }
  }
}

/// Names and definitions come from elsewhere: none of them may break a line.
std::string line(const std::string& text) { return codec::printable_line(text) + "\n"; }

void add_groups(std::string& text, std::string_view heading,
                const std::vector<FindingGroup>& groups, bool all) {
  if (groups.empty()) return;
  text += fmt::format("\n{}\n", heading);
  for (const FindingGroup& group : groups) {
    text += line(fmt::format("- {} [{}]", group.first.message, group.first.rule));
    text += line("    " + places_text(group, all ? group.places.size() : kPlacesShown));
    for (const std::string& action : action_lines(group, all ? group.places.size() : 1)) {
      text += line("    " + action);
    }
  }
}

void write_groups(codec::JsonWriter& json, std::string_view key,
                  const std::vector<FindingGroup>& groups) {
  json.key(key).begin_array();
  for (const FindingGroup& group : groups) {
    json.begin_object().member("severity", severity_word(group.first.severity));
    json.member("rule", group.first.rule).member("message", group.first.message);
    json.member("where", group.places);
    json.member("actions", group.actions);
    json.end_object();
  }
  json.end_array();
}

}  // namespace

InitReport make_init_report(const config::Config& config, const Catalogs& catalogs,
                            const plan::Draft& draft, const std::vector<std::string>& schemas) {
  InitReport report;
  report.source = server_text(catalogs.source.server);
  report.target = server_text(catalogs.target.server);
  report.tables = config.tables.size();
  for (const config::Table& table : config.tables) {
    if (table.create) ++report.new_tables;
    const model::Table* const source = catalogs.source.find(table.source);
    if (source != nullptr) report.estimated_rows += source->estimated_rows;
  }
  for (const model::Finding& finding : draft.findings) sort_in(finding, report);
  add_left(config, catalogs.source, report);
  add_others(catalogs.source, schemas, draft.findings, report);
  add_rights(report);
  add_aside(config, report);
  if (draft.plan) add_references_aside(*draft.plan, report);
  return report;
}

std::string init_text(const InitReport& report, std::string_view file, bool all) {
  std::string text = line("source  " + report.source) + line("target  " + report.target);
  text += fmt::format("\n{} tables, about {} rows: {} new in the target, {} there already\n",
                      report.tables, report.estimated_rows, report.new_tables,
                      report.tables - report.new_tables);
  add_groups(text, "TO BE MENDED FIRST", report.errors, all);
  add_groups(text, "DOES NOT MOVE", report.left, all);
  add_groups(text, "YOURS TO DECIDE (as it stands, every value moves exactly, or is set aside)",
             report.decisions, all);
  if (all) add_groups(text, "GOOD TO KNOW", report.notes, all);
  if (!all && !report.notes.empty()) {
    text += "\nGOOD TO KNOW\n";
    text += line(fmt::format("{} more remarks: {}", report.notes.size(),
                             command_line({"plan", "--config", std::string(file)})));
  }
  return text + "\n" + line(fmt::format("{} is written: one line a table", file));
}

std::string init_json(const InitReport& report, std::string_view file) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object().member("schema", kInitSchema).member("file", file);
  json.member("source", report.source).member("target", report.target);
  json.member("tables", static_cast<std::uint64_t>(report.tables));
  json.member("new_tables", static_cast<std::uint64_t>(report.new_tables));
  json.member("estimated_rows", report.estimated_rows);
  write_groups(json, "errors", report.errors);
  write_groups(json, "not_moved", report.left);
  write_groups(json, "decisions", report.decisions);
  write_groups(json, "notes", report.notes);
  json.end_object();
  return json.take();
}

}  // namespace sluice::cli
