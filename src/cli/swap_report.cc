#include "cli/swap_report.h"

#include <map>
#include <tuple>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

#include "cli/exit_code.h"
#include "cli/held_run.h"

namespace sluice::cli {
namespace {

using codec::JsonWriter;
using codec::printable_line;
using Kind = cutover::Result::Kind;

const char* word_of(Kind kind) {
  switch (kind) {
    case Kind::done:
      return "done";
    case Kind::refused:
      return "refused";
    case Kind::busy:
      return "busy";
    case Kind::held:
      return "held";
    case Kind::stopped:
      return "stopped";
  }
  return "unknown";
}

const char* fate_text(cutover::Fate fate) {
  switch (fate) {
    case cutover::Fate::moved_along:
      return "moved along";
    case cutover::Fate::recreated:
      return "made anew";
    case cutover::Fate::stays:
      return "stays";
    case cutover::Fate::refused:
      return "refused";
  }
  return "unknown";
}

void write_objects(JsonWriter& json, const cutover::Swap& swap) {
  json.key("objects").begin_array();
  for (const cutover::Object& object : swap.objects) {
    json.begin_object().member("kind", object.kind).member("name", printable_line(object.name));
    json.member("table", printable_line(object.table)).member("fate", to_string(object.fate));
    json.member("remark", printable_line(object.remark)).end_object();
  }
  json.end_array();
}

std::string kept_in_text(const cutover::Written& table) {
  return table.kept_in.table.empty() ? "" : printable_line(table.kept_in.text());
}

void write_written(JsonWriter& json, const cutover::Result& result) {
  json.key("written").begin_array();
  for (const cutover::Written& table : result.written) {
    json.begin_object().member("table", printable_line(table.table));
    json.member("written", table.written).member("gone", table.gone);
    json.key("keys").begin_array();
    for (const std::string& key : table.keys) json.value(printable_line(key));
    json.end_array().member("kept_in", kept_in_text(table)).end_object();
  }
  json.end_array();
  json.member("changes", changes(result.written));
}

void write_findings(JsonWriter& json, const cutover::Result& result) {
  json.key("findings").begin_array();
  for (const model::Finding& finding : result.findings) {
    json.begin_object().member("severity", severity_word(finding.severity));
    json.member("rule", finding.rule).member("where", printable_line(finding.where));
    json.member("message", printable_line(finding.message));
    json.member("action", printable_line(finding.action)).end_object();
  }
  json.end_array();
}

void write_archive(JsonWriter& json, const std::optional<cutover::LostArchive>& archive) {
  json.key("archive");
  if (!archive) {
    json.null();
    return;
  }
  json.begin_object().member("directory", printable_line(archive->directory));
  json.member("index_sha256", archive->index_sha256).member("rows", archive->rows).end_object();
}

void show_objects(const cutover::Swap& swap, Console& console) {
  // Names come from elsewhere, and there may be thousands: counted by kind; --json has each.
  std::map<std::tuple<cutover::Fate, std::string>, std::size_t> counts;
  for (const cutover::Object& object : swap.objects) ++counts[{object.fate, object.kind}];
  std::map<cutover::Fate, std::string> lines;
  for (const auto& [what, count] : counts) {
    std::string& line = lines[std::get<0>(what)];
    line += fmt::format("{}{} {}{}", line.empty() ? "" : ", ", count, std::get<1>(what),
                        count == 1 ? "" : "s");
  }
  for (const auto& [fate, line] : lines) {
    console.show(fmt::format("{}: {}\n", fate_text(fate), printable_line(line)));
  }
}

void show_written(const cutover::Result& result, Console& console) {
  for (const cutover::Written& table : result.written) {
    console.show(fmt::format("{}: {} inserted or changed, {} changed or deleted\n",
                             printable_line(table.table), table.written, table.gone));
    std::string keys;
    for (const std::string& key : table.keys) keys += " " + printable_line(key);
    if (!keys.empty()) {
      console.show(
          fmt::format("  keys:{}{}\n", keys, table.written > table.keys.size() ? " ..." : ""));
    }
    if (const std::string kept_in = kept_in_text(table); !kept_in.empty()) {
      console.show(fmt::format("  put aside in {}\n", kept_in));
    }
  }
}

void show_busy(const SwapReport& report, Console& console) {
  for (const std::string& blocker : report.result->blockers) console.error(blocker);
  console.error(fmt::format("the locks were not to be had in {} attempts; nothing was changed",
                            report.result->attempts),
                "wait for those sessions or end them, then start it again; --retries tries longer");
}

void show_done(const SwapReport& report, Console& console) {
  const cutover::Result& result = *report.result;
  show_objects(*report.swap, console);
  show_written(result, console);
  console.show(fmt::format("{}: {} table{} in {} ms under locks, {} attempt{}\n", report.act,
                           report.swap->tables.size(), report.swap->tables.size() == 1 ? "" : "s",
                           result.locked.count(), result.attempts,
                           result.attempts == 1 ? "" : "s"));
  if (report.archive) console.show(archive_text(*report.archive));
  for (const std::string& failed : result.not_validated) {
    console.error("not validated: " + failed,
                  "it holds for rows written from now on; mend what it names, then ALTER TABLE ... "
                  "VALIDATE CONSTRAINT");
  }
  if (report.source_freeze.empty()) return;
  console.show(
      "From now on nobody may write to the source: what is written there is lost.\n"
      "sluice freeze --with URL sees to it, sluice freeze --dry-run prints the SQL.\n");
}

}  // namespace

std::string to_json(const SwapReport& report, std::string_view next) {
  const cutover::Result& result = *report.result;
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("schema", kSwapSchema).member("act", report.act);
  json.member("run", report.run_id).member("result", word_of(result.kind));
  json.key("tables").begin_array();
  for (const cutover::SwapTable& table : report.swap->tables) {
    json.begin_object().member("live", table.live.text()).member("side", table.side.text());
    json.member("kept", table.is_new ? "" : table.kept.text()).end_object();
  }
  json.end_array();
  write_objects(json, *report.swap);
  write_findings(json, result);
  write_written(json, result);
  json.key("blockers").begin_array();
  for (const std::string& blocker : result.blockers) json.value(printable_line(blocker));
  json.end_array();
  json.member("attempts", result.attempts);
  json.member("locked_ms", static_cast<std::int64_t>(result.locked.count()));
  json.key("not_validated").begin_array();
  for (const std::string& failed : result.not_validated) json.value(printable_line(failed));
  json.end_array().member("source_freeze", report.source_freeze);
  write_archive(json, report.archive);
  json.member("next", next).end_object();
  return json.take();
}

std::string archive_text(const cutover::LostArchive& archive) {
  return fmt::format("{} rows that were taken away are archived in {}\nits index: SHA-256 {}\n",
                     archive.rows, printable_line(archive.directory), archive.index_sha256);
}

void show(const SwapReport& report, Console& console) {
  switch (report.result->kind) {
    case Kind::done:
      show_done(report, console);
      return;
    case Kind::refused:
      show_written(*report.result, console);
      static_cast<void>(console.findings(report.result->findings));
      return;
    case Kind::busy:
      show_busy(report, console);
      return;
    case Kind::held:
      say_held(report.run_id, report.result->blockers, kWaitForHolder, console);
      return;
    case Kind::stopped:
      console.error("stopped before the locks were there; nothing was changed");
      return;
  }
}

std::string loss_json(const cutover::Loss& loss, const std::string& file,
                      const std::string& sha256) {
  JsonWriter json(JsonWriter::Style::pretty);
  json.begin_object().member("schema", kLossSchema).member("run", loss.run_id);
  json.member("changes", loss.changes).key("tables").begin_array();
  for (const cutover::LostRows& table : loss.tables.value_or(std::vector<cutover::LostRows>())) {
    json.begin_object().member("table", printable_line(table.table));
    json.member("written", table.written).member("gone", table.gone).end_object();
  }
  json.end_array().member("retires_begun", loss.retired.begun).key("retired").begin_array();
  for (const auto& [table, rows] : loss.retired.rows) {
    json.begin_object().member("table", printable_line(table)).member("rows", rows).end_object();
  }
  json.end_array().member("file", file).member("document_sha256", sha256).end_object();
  return json.take();
}

std::string loss_text(const cutover::Loss& loss) {
  std::string text;
  for (const cutover::LostRows& table : loss.tables.value_or(std::vector<cutover::LostRows>())) {
    text += fmt::format("{}: {} rows inserted or changed, {} changed or deleted\n",
                        printable_line(table.table), table.written, table.gone);
  }
  for (const auto& [table, rows] : loss.retired.rows) {
    text += fmt::format("{}: {} rows were retired from the source\n", printable_line(table), rows);
  }
  if (loss.retired.begun > 0 && loss.retired.rows.empty()) {
    text += "a retire has begun, and did not say how many rows it deleted\n";
  }
  return text + fmt::format("row changes that would be lost: {}\n", loss.changes);
}

int exit_code_of(const cutover::Result& result) {
  switch (result.kind) {
    case Kind::done:
      return result.not_validated.empty() ? kDone : kStopRule;
    case Kind::busy:
    case Kind::held:
      return kLocked;
    case Kind::refused:
    case Kind::stopped:
      break;
  }
  for (const model::Finding& finding : result.findings) {
    if (finding.rule == "not-the-table" || finding.rule == cutover::kOtherThanSigned) return kDrift;
  }
  return kStopRule;
}

}  // namespace sluice::cli
