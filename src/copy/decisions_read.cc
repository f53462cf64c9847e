#include <algorithm>
#include <array>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/hex.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/problem.h"
#include "sluice/copy/decisions.h"
#include "sluice/mapping/json_object.h"

namespace sluice::copy {
namespace {

using codec::JsonValue;
using mapping::ObjectReader;
using mapping::ObjectShape;

constexpr std::array<std::string_view, 3> kFileKeys{"schema", "run", "decisions"};
// "problem", "problems", "row", "rows" and "example" tell people what they decide about; nobody
// reads them.
constexpr std::array<std::string_view, 12> kEntryKeys{
    "quarantine_id", "table", "source_key", "group",   "decision", "person",
    "reason",        "row",   "rows",       "problem", "problems", "example"};
constexpr std::array<std::string_view, 5> kGroupKeys{"table", "column", "reason", "value",
                                                     "value_hex"};
constexpr std::array<std::string_view, 1> kSetKeys{"set"};
constexpr std::array<std::string_view, 2> kVerdictWords{"leave_behind", "retry"};

constexpr ObjectShape kFileShape{"decisions", kFileKeys};
constexpr ObjectShape kEntryShape{"decision", kEntryKeys};
constexpr ObjectShape kGroupShape{"group", kGroupKeys};
constexpr ObjectShape kSetShape{"set", kSetKeys};

constexpr const char* kVerdicts =
    "it is {\"set\": {\"column\": \"text\" or null}}, \"leave_behind\" or \"retry\"";

bool is_blank(std::string_view text) noexcept {
  return text.find_first_not_of(" \t\r\n") == std::string_view::npos;
}

/// Reads one file; every problem goes to `problems_`.
class Reader {
 public:
  Reader(const plan::Plan& plan, mapping::JsonProblems& problems)
      : plan_(plan), problems_(problems) {}

  Decisions read(const JsonValue& root) {
    Decisions decisions;
    ObjectReader file(root, kFileShape, problems_);
    if (!file.is_object()) return decisions;
    read_schema(file);
    decisions.run = plain_text(file, "run");
    if (file.required("decisions") != nullptr) {
      for (const JsonValue& item : file.items("decisions")) {
        decisions.entries.push_back(read_entry(item));
      }
    }
    return decisions;
  }

 private:
  void read_schema(ObjectReader& file);
  [[nodiscard]] Decision read_entry(const JsonValue& value);
  void read_selector(ObjectReader& entry, Decision& decision);
  [[nodiscard]] RowSelector read_row(ObjectReader& entry);
  [[nodiscard]] std::optional<std::string> read_key(ObjectReader& entry);
  [[nodiscard]] GroupSelector read_group(const JsonValue& value);
  [[nodiscard]] std::optional<std::string> read_group_value(ObjectReader& group);
  void read_verdict(ObjectReader& entry, Decision& decision);
  void read_set(const JsonValue& value, Decision& decision);
  void check_columns(const JsonValue& columns, const Decision& decision);
  void read_responsibility(ObjectReader& entry, Decision& decision);

  /// A text member that goes into SQL parameters, which end at U+0000.
  std::string plain_text(ObjectReader& object, std::string_view key);
  std::optional<int> read_table(ObjectReader& object);

  const plan::Plan& plan_;
  mapping::JsonProblems& problems_;
};

void Reader::read_schema(ObjectReader& file) {
  const JsonValue* schema = file.required("schema");
  if (schema == nullptr) return;
  const std::string id = mapping::read_text(*schema, problems_);
  if (schema->is_string() && id != kDecisionsSchema) {
    problems_.error(*schema, "unknown-schema",
                    fmt::format("\"{}\" is not a schema that this version reads", id),
                    fmt::format("the schema of decisions is \"{}\"", kDecisionsSchema));
  }
}

std::string Reader::plain_text(ObjectReader& object, std::string_view key) {
  std::string text = object.text(key);
  if (text.find('\0') != std::string::npos) {
    problems_.error(*object.find(key), "nul-in-text", "a text must not hold U+0000");
  }
  return text;
}

std::optional<int> Reader::read_table(ObjectReader& object) {
  if (!object.has("table")) return std::nullopt;
  const std::string name = object.text("table");
  const JsonValue& at = *object.find("table");
  if (!at.is_string()) return std::nullopt;
  if (const plan::TablePlan* table = find_table(plan_, name)) return table->number;
  std::vector<std::string> names;
  std::vector<std::string_view> words;
  for (const plan::TablePlan& table : plan_.tables) {
    names.push_back(table.source.text());
    words.emplace_back(table.source.table);
  }
  words.insert(words.end(), names.begin(), names.end());
  const std::string_view near = mapping::nearest(name, words);
  problems_.error(at, "unknown-table",
                  fmt::format("the plan has no table \"{}\", or several of that name", name),
                  near.empty() ? fmt::format("its tables are: {}", fmt::join(names, ", "))
                               : fmt::format("did you mean \"{}\"?", near));
  return std::nullopt;
}

Decision Reader::read_entry(const JsonValue& value) {
  Decision decision;
  decision.where = problems_.where(value);
  ObjectReader entry(value, kEntryShape, problems_);
  if (!entry.is_object()) return decision;
  read_selector(entry, decision);
  read_verdict(entry, decision);
  read_responsibility(entry, decision);
  return decision;
}

void Reader::read_selector(ObjectReader& entry, Decision& decision) {
  const JsonValue* group = entry.find("group");
  const bool names_row = entry.has("quarantine_id") || entry.has("source_key");
  if (group != nullptr && names_row) {
    problems_.error(*group, "two-selectors", "an entry is about one row or about a group, not both",
                    "make two entries of it: the one about the row stands before the group's");
  }
  if (group != nullptr) {
    decision.of = read_group(*group);
  } else {
    decision.of = read_row(entry);
  }
}

RowSelector Reader::read_row(ObjectReader& entry) {
  RowSelector row;
  row.id = entry.integer("quarantine_id", 1, INT64_MAX);
  row.table_no = read_table(entry);
  row.source_key = read_key(entry);
  if (!entry.has("quarantine_id") && !(row.source_key && entry.has("table"))) {
    problems_.error(entry.value(), "no-selector", "the entry does not say which rows it is about",
                    "name \"quarantine_id\", or \"table\" and \"source_key\", or \"group\"");
  }
  return row;
}

/// Absent also where it is empty: that is how rows of tables without a key are exported.
std::optional<std::string> Reader::read_key(ObjectReader& entry) {
  const auto parts = entry.items("source_key");
  if (parts.empty()) return std::nullopt;
  codec::JsonWriter key;
  key.begin_array();
  for (const JsonValue& part : parts) {
    const std::string text = mapping::read_text(part, problems_);
    if (text.find('\0') != std::string::npos) {
      problems_.error(part, "nul-in-text", "a text must not hold U+0000");
    }
    key.value(text);
  }
  key.end_array();
  return key.take();
}

GroupSelector Reader::read_group(const JsonValue& value) {
  GroupSelector selector;
  ObjectReader group(value, kGroupShape, problems_);
  if (!group.is_object()) return selector;
  static_cast<void>(group.required("table"));
  selector.table_no = read_table(group).value_or(0);
  static_cast<void>(group.required("column"));
  selector.column = plain_text(group, "column");
  std::vector<std::string_view> reasons;
  for (const codec::Problem problem : codec::all_problems()) {
    reasons.push_back(codec::to_string(problem));
  }
  static_cast<void>(group.required("reason"));
  if (const auto reason = group.choice("reason", reasons)) selector.reason = reasons[*reason];
  selector.value = read_group_value(group);
  return selector;
}

std::optional<std::string> Reader::read_group_value(ObjectReader& group) {
  const JsonValue* hex = group.find("value_hex");
  if (group.has("value") && hex != nullptr) {
    problems_.error(*hex, "two-values", "\"value\" and \"value_hex\" cannot both stand here");
  }
  if (group.has("value")) return group.text("value");
  if (hex == nullptr) return std::nullopt;
  auto bytes = codec::from_hex(mapping::read_text(*hex, problems_));
  if (hex->is_string() && !bytes) problems_.error(*hex, "not-hex", "this is not hex");
  return bytes;
}

void Reader::read_verdict(ObjectReader& entry, Decision& decision) {
  const JsonValue* verdict = entry.required("decision");
  if (verdict == nullptr || verdict->is_null()) return;
  if (verdict->is_object()) return read_set(*verdict, decision);
  if (!verdict->is_string()) {
    problems_.error(
        *verdict, "wrong-type",
        fmt::format("a decision is wanted here, not {}", codec::to_string(verdict->kind())),
        kVerdicts);
    return;
  }
  const auto word = entry.choice("decision", kVerdictWords);
  if (word) decision.verdict = *word == 0 ? Verdict::leave_behind : Verdict::retry;
}

void Reader::read_set(const JsonValue& value, Decision& decision) {
  decision.verdict = Verdict::set;
  ObjectReader object(value, kSetShape, problems_);
  const JsonValue* columns = object.required("set");
  if (columns == nullptr) return;
  if (!columns->is_object() || columns->members().empty()) {
    problems_.error(*columns, "no-columns",
                    "an object of target columns is wanted here, each with a text or null",
                    "to map the row as it is: \"decision\": \"retry\"");
    return;
  }
  for (const codec::JsonMember& member : columns->members()) {
    if (member.value.is_null()) {
      decision.set[member.key] = std::nullopt;
    } else if (member.value.is_string()) {
      decision.set[member.key] = member.value.as_string();
    } else {
      problems_.error(member.value, "wrong-type",
                      fmt::format("a text or null is wanted here, not {}",
                                  codec::to_string(member.value.kind())),
                      "numbers and dates too stand in quotation marks, as PostgreSQL prints them");
    }
  }
  check_columns(*columns, decision);
}

/// The columns of a row that is named by its number alone are checked when the row is found.
void Reader::check_columns(const JsonValue& columns, const Decision& decision) {
  std::optional<int> number;
  if (const auto* row = std::get_if<RowSelector>(&decision.of)) number = row->table_no;
  if (const auto* group = std::get_if<GroupSelector>(&decision.of)) number = group->table_no;
  if (number.value_or(0) == 0) return;
  const plan::TablePlan& table = plan_.tables[static_cast<std::size_t>(*number - 1)];
  std::vector<std::string_view> known;
  for (const plan::TargetField& field : table.write) known.emplace_back(field.name);
  for (const codec::JsonMember& member : columns.members()) {
    if (std::ranges::find(known, member.key) != known.end()) continue;
    const std::string_view near = mapping::nearest(member.key, known);
    problems_.error_at_key(
        columns, member, "unknown-column",
        fmt::format("{} has no column \"{}\" that is written", table.target.text(), member.key),
        near.empty() ? fmt::format("its columns are: {}", fmt::join(known, ", "))
                     : fmt::format("did you mean \"{}\"?", near));
  }
}

void Reader::read_responsibility(ObjectReader& entry, Decision& decision) {
  decision.person = plain_text(entry, "person");
  decision.reason = plain_text(entry, "reason");
  if (decision.verdict == Verdict::undecided) return;
  for (const char* key : {"person", "reason"}) {
    const JsonValue* found = entry.required(key);
    if (found != nullptr && found->is_string() && is_blank(found->as_string())) {
      problems_.error(*found, "empty-text", fmt::format("\"{}\" must not be empty", key),
                      "who decided, and why, goes on record with the row");
    }
  }
}

bool is_called(const model::QualifiedName& name, std::string_view text) {
  return text == name.table || text == name.text();
}

}  // namespace

const plan::TablePlan* find_table(const plan::Plan& plan, std::string_view name) {
  // The source's names come first: it is the source's rows that are in quarantine.
  for (const auto side : {&plan::TablePlan::source, &plan::TablePlan::target}) {
    const plan::TablePlan* found = nullptr;
    std::size_t count = 0;
    for (const plan::TablePlan& table : plan.tables) {
      if (!is_called(table.*side, name)) continue;
      found = &table;
      ++count;
    }
    if (count == 1) return found;
    if (count > 1) return nullptr;
  }
  return nullptr;
}

ReadDecisions read_decisions(std::string_view text, std::string_view file, const plan::Plan& plan) {
  ReadDecisions result;
  const auto parsed = codec::parse_json(text, file);
  if (const auto* error = std::get_if<codec::JsonError>(&parsed)) {
    result.findings.push_back(
        {model::Severity::error,
         "not-json",
         fmt::format("{}:{}:{}", error->file, error->position.line, error->position.column),
         error->message,
         {}});
    return result;
  }
  const auto& document = std::get<codec::JsonDocument>(parsed);
  mapping::JsonProblems problems(document, result.findings);
  problems.report_duplicates();
  Decisions decisions = Reader(plan, problems).read(document.root());
  if (!problems.has_errors()) result.decisions = std::move(decisions);
  return result;
}

}  // namespace sluice::copy
