#include "cli/retire_report.h"

#include <algorithm>
#include <string_view>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/codec/printable.h"

namespace sluice::cli {
namespace {

/// Rows that are named to people; JSON has more of them.
constexpr std::size_t kShown = 5;

std::string line(std::uint64_t count, std::string_view what) {
  return count == 0 ? "" : fmt::format("  {:>12}  {}\n", count, what);
}

std::string lines(const std::vector<retire::RowNote>& notes) {
  std::string text;
  for (std::size_t i = 0; i < std::min(notes.size(), kShown); ++i) {
    text += fmt::format("    row {}: {}\n", codec::printable_line(notes[i].key),
                        codec::printable_line(notes[i].what));
  }
  if (notes.size() > kShown) text += fmt::format("    and {} more\n", notes.size() - kShown);
  return text;
}

std::string title(const model::QualifiedName& name) {
  return codec::printable_line(name.text()) + "\n";
}

void write(const std::vector<retire::RowNote>& notes, std::string_view member,
           codec::JsonWriter& json) {
  json.key(member).begin_array();
  for (const retire::RowNote& note : notes) {
    json.begin_object().member("key", note.key).member("what", note.what).end_object();
  }
  json.end_array();
}

void write(const retire::TableResult& table, codec::JsonWriter& json) {
  json.begin_object();
  json.member("archived_bytes", table.archived_bytes);
  json.member("batches", table.batches);
  json.member("consumed", table.consumed);
  json.member("deleted", table.deleted);
  json.member("not_proved", table.not_proved);
  json.member("referenced", table.referenced);
  json.member("source_changed", table.source_changed);
  json.member("stopped", table.stopped);
  json.member("table", table.source.text());
  json.member("target_changed", table.target_changed);
  json.member("target_gone", table.target_gone);
  write(table.changed, "changed", json);
  write(table.referring, "kept_back", json);
  json.end_object();
}

}  // namespace

std::string to_text(const retire::Proposal& proposal) {
  std::string text;
  for (const retire::TableSurvey& table : proposal.tables) {
    text += title(table.source) + fmt::format("  {:>12}  rows are to go\n", table.rows) +
            line(table.not_proved, "rows stay: they were never proved") +
            line(table.source_changed, "rows stay: changed since they were verified") +
            lines(table.changed) + line(table.source_gone, "proved rows are gone already") +
            line(table.target_changed, "of those to go have other values in the target") +
            line(table.target_gone, "of those to go are not in the target any more");
  }
  return text + fmt::format("archive  {}\n", codec::printable_line(proposal.archive));
}

std::string to_json(const retire::Proposal& proposal, const std::string& document,
                    const std::string& sha256) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.retire-proposal/1");
  json.member("manifest_sha256", proposal.manifest_sha256);
  json.member("run", proposal.run_id);
  json.member("document", document).member("document_sha256", sha256);
  json.member("archive", proposal.archive).member("role", proposal.role);
  json.key("tables").begin_array();
  for (const retire::TableSurvey& table : proposal.tables) {
    json.begin_object();
    json.member("source", table.source.text()).member("target", table.target.text());
    json.member("rows", table.rows).member("not_proved", table.not_proved);
    json.member("source_changed", table.source_changed);
    json.member("source_gone", table.source_gone);
    json.member("target_changed", table.target_changed);
    json.member("target_gone", table.target_gone);
    write(table.changed, "changed", json);
    json.end_object();
  }
  json.end_array();
  json.end_object();
  return json.take();
}

std::string to_text(const retire::Result& result) {
  std::string text;
  for (const retire::TableResult& table : result.tables) {
    text +=
        title(table.source) + fmt::format("  {:>12}  rows archived and deleted\n", table.deleted);
    if (table.consumed > table.deleted) {
      text += line(table.consumed, "with those of earlier calls");
    }
    text += line(table.not_proved, "rows stayed: they were never proved") +
            line(table.source_changed, "rows stayed: changed since they were verified") +
            lines(table.changed) + line(table.referenced, "rows stayed: other rows refer to them") +
            lines(table.referring) + line(table.target_changed, "had other values in the target") +
            line(table.target_gone, "were not in the target any more");
    if (!table.stopped.empty()) {
      text += fmt::format("  stopped: {}\n", codec::printable_line(table.stopped));
    }
  }
  return text + (result.finished ? "every row of the manifest is gone; it is used up\n" : "");
}

std::string to_json(const retire::Result& result, const std::string& archive) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.retire/1");
  json.member("finished", result.finished).member("stopped", result.stopped);
  json.member("archive", archive);
  json.key("tables").begin_array();
  for (const retire::TableResult& table : result.tables) write(table, json);
  json.end_array();
  json.end_object();
  return json.take();
}

std::string event_body(const retire::TableResult& table) {
  codec::JsonWriter json;
  write(table, json);
  return codec::canonical_json(json.take());
}

}  // namespace sluice::cli
