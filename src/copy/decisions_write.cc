#include <limits>
#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/utf8.h"
#include "sluice/copy/decisions.h"

#include "copy/decided_form.h"
#include "copy/table_streams.h"

namespace sluice::copy {
namespace {

using ledger::QuarantinedSource;
using ledger::QuarantineEntry;

/// Rows a page: whole rows may be large.
constexpr std::size_t kPageRows = 50;
constexpr std::size_t kNoLimit = std::numeric_limits<std::int32_t>::max();

/// What is shown of a source value that explains a row but is not what keeps it in quarantine.
constexpr std::size_t kShownBytes = 2000;

std::string shortened(std::string text) {
  if (text.size() <= kShownBytes) return text;
  const std::size_t all = text.size();
  const bool is_text = codec::is_utf8(text);
  text.resize(kShownBytes);
  while (is_text && !codec::is_utf8(text)) text.pop_back();
  return text + fmt::format("... ({} bytes)", all);
}

/// {"value": text}, or {"value_hex": digits} where it is no text.
void put_value(codec::JsonWriter& json, const std::string& bytes) {
  if (codec::is_utf8(bytes)) {
    json.member("value", bytes);
  } else {
    json.member("value_hex", codec::to_hex(bytes));
  }
}

/// The texts of a row's fields; irregular ones are the source's own text already.
class FieldTexts {
 public:
  FieldTexts(const mapping::TableMapping& mapping, const QuarantinedSource& source)
      : mapping_(mapping) {
    for (const codec::Irregular& field : codec::irregular_from_json(source.irregular, 0)) {
      irregular_.insert(field.column);
    }
  }
  [[nodiscard]] std::string of(std::size_t column, std::string_view bytes) const {
    std::string text;
    if (!irregular_.contains(column) &&
        codec::to_text(mapping_.source.at(column).carrier, bytes, text)) {
      return text;
    }
    return std::string(bytes);
  }

 private:
  const mapping::TableMapping& mapping_;
  std::set<std::size_t> irregular_;
};

class Template {
 public:
  Template(db::SqlSession& ledger, const plan::Plan& plan, const ledger::QuarantineFilter& filter)
      : ledger_(ledger), plan_(plan), filter_(filter) {
    filter_.state = ledger::QuarantineState::open;
  }

  DecisionsTemplate write(bool by_group) {
    json_.begin_object();
    json_.member("schema", kDecisionsSchema);
    json_.member("run", filter_.run_id);
    json_.member("note",
                 "decision: {\"set\": {\"column\": \"text\" or null}}, \"leave_behind\" or "
                 "\"retry\"; person and reason go on record. Entries left at null stay open");
    json_.key("decisions").begin_array();
    if (by_group) {
      put_groups();
    } else {
      put_rows();
    }
    json_.end_array();
    json_.end_object();
    result_.json = json_.take();
    return std::move(result_);
  }

 private:
  void put_rows();
  void put_row(const QuarantineEntry& entry, const QuarantinedSource& source);
  void put_groups();
  void put_group(const ledger::QuarantineGroup& group);
  void put_key(const std::string& source_key);
  void put_problems(const std::string& problems);
  void put_source(int table_no, const QuarantinedSource& source);
  void put_text(const std::string& text);
  void put_blanks();

  [[nodiscard]] const plan::TablePlan& table(int number) const {
    return plan_.tables.at(static_cast<std::size_t>(number - 1));
  }

  db::SqlSession& ledger_;
  const plan::Plan& plan_;
  ledger::QuarantineFilter filter_;
  codec::JsonWriter json_{codec::JsonWriter::Style::pretty};
  DecisionsTemplate result_;
};

void Template::put_rows() {
  std::int64_t last = 0;
  for (;;) {
    const auto page = ledger::quarantined(ledger_, filter_, last, kPageRows, kNoLimit);
    std::vector<std::int64_t> ids;
    ids.reserve(page.size());
    for (const QuarantineEntry& entry : page) ids.push_back(entry.id);
    std::map<std::int64_t, QuarantinedSource> sources;
    for (QuarantinedSource& row : ledger::quarantined_sources(ledger_, filter_.run_id, ids)) {
      sources.emplace(row.id, std::move(row));
    }
    for (const QuarantineEntry& entry : page) put_row(entry, sources.at(entry.id));
    if (page.size() < kPageRows) return;
    last = page.back().id;
  }
}

void Template::put_row(const QuarantineEntry& entry, const QuarantinedSource& source) {
  ++result_.entries;
  ++result_.rows;
  json_.begin_object();
  json_.member("quarantine_id", entry.id);
  json_.member("table", table(entry.table_no).source.text());
  put_key(entry.source_key);
  json_.key("problem").begin_object();
  json_.member("column", entry.column);
  json_.member("reason", entry.reason);
  put_value(json_, entry.value);
  json_.member("message", entry.message);
  json_.end_object();
  put_problems(entry.problems);
  put_source(entry.table_no, source);
  put_blanks();
  json_.end_object();
}

void Template::put_groups() {
  for (const auto& group : ledger::quarantine_groups(ledger_, filter_, true, kNoLimit)) {
    put_group(group);
  }
}

void Template::put_group(const ledger::QuarantineGroup& group) {
  ++result_.entries;
  result_.rows += group.rows;
  const auto example = ledger::quarantined_sources(ledger_, filter_.run_id, {group.example}).at(0);
  json_.begin_object();
  json_.key("group").begin_object();
  json_.member("table", table(group.table_no).source.text());
  json_.member("column", group.column);
  json_.member("reason", group.reason);
  put_value(json_, group.value);
  json_.end_object();
  json_.member("rows", group.rows);
  json_.key("example").begin_object();
  json_.member("quarantine_id", group.example);
  put_key(group.example_key);
  put_problems(example.problems);
  put_source(group.table_no, example);
  json_.end_object();
  put_blanks();
  json_.end_object();
}

void Template::put_key(const std::string& source_key) {
  if (source_key.empty()) return;
  json_.key("source_key").value(codec::parse_json_or_throw(source_key, "source key").root());
}

void Template::put_problems(const std::string& problems) {
  json_.key("problems").value(codec::parse_json_or_throw(problems, "problems").root());
}

/// The whole source row, column by column, so that nobody has to look it up to decide.
void Template::put_source(int table_no, const QuarantinedSource& source) {
  const mapping::TableMapping mapping = table_mapping(
      table(table_no), source.kept ? ledger::Origin::existing : ledger::Origin::source);
  const FieldTexts texts(mapping, source);
  codec::FieldReader reader(source.row);
  json_.key("row").begin_object();
  std::set<std::string_view> shown;  // a column may be read twice, as text and as what it is
  for (std::size_t column = 0; column < mapping.source.size(); ++column) {
    const codec::Field field = reader.next();
    const std::string& name = mapping.source[column].name;
    if (!shown.insert(name).second) continue;
    json_.key(name);
    if (field.null) {
      json_.null();
    } else {
      put_text(shortened(texts.of(column, field.bytes)));
    }
  }
  json_.end_object();
}

void Template::put_text(const std::string& text) {
  if (codec::is_utf8(text)) {
    json_.value(text);
  } else {
    json_.begin_object().member("hex", codec::to_hex(text)).end_object();
  }
}

void Template::put_blanks() {
  json_.key("decision").null();
  json_.member("person", "");
  json_.member("reason", "");
}

}  // namespace

DecisionsTemplate decisions_template(db::SqlSession& ledger, const plan::Plan& plan,
                                     const ledger::QuarantineFilter& filter, bool by_group) {
  return Template(ledger, plan, filter).write(by_group);
}

}  // namespace sluice::copy
