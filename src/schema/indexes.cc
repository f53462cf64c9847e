#include "schema/indexes.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "sluice/codec/mysql_types.h"
#include "sluice/schema/given_names.h"
#include "sluice/schema/index.h"
#include "sluice/schema/long_key.h"
#include "sluice/schema/names.h"

#include "schema/collation.h"
#include "schema/key_size.h"
#include "schema/quoted.h"

namespace sluice::schema {
namespace {

/// Below it whole columns are surely short enough, headers and other columns included.
constexpr std::uint64_t kSureKeyBytes = 2600;

/// Works on one index.
class IndexDesign {
 public:
  IndexDesign(const model::Index& source, std::string name, const Scope& scope, Design& design,
              Remarks& remarks)
      : source_(source),
        name_(std::move(name)),
        scope_(scope),
        design_(design),
        remarks_(remarks) {}

  void add();

 private:
  [[nodiscard]] bool is_made() const;
  void remark_on_search(const std::string& parts) const;
  void refuse(const std::string& why) const;
  [[nodiscard]] bool add_part(const model::IndexPart& part);
  [[nodiscard]] bool add_expression(const model::IndexPart& part);
  [[nodiscard]] bool add_column(const model::IndexPart& part);
  [[nodiscard]] bool takes_whole_columns() const;
  void finish();
  void add_length(const model::Column& column, const model::ColumnType& type, int prefix);
  void remark_on_size();
  /// Of which the source takes texts for equal whose bytes differ.
  struct LoosePart {
    std::string what;
    bool blanks_only = false;  // only blanks at the end
  };
  [[nodiscard]] std::optional<LoosePart> loose_part(const model::IndexPart& part) const;
  void remark_on_collation() const;
  void remark_on_prefix() const;
  void remark_on_use() const;

  [[nodiscard]] const model::ColumnType& target_type(const std::string& column) const {
    return design_.table.find_column(scope_.name_of(column))->type;
  }

  const model::Index& source_;
  std::string name_;
  const Scope& scope_;
  Design& design_;
  Remarks& remarks_;
  model::Index made_;
  std::uint64_t bytes_ = 0;
  LongKey long_key_;
};

void IndexDesign::add() {
  if (!is_made()) return;
  made_.name = source_.primary ? derived_name(design_.table.name.table, "_pkey") : name_;
  made_.unique = source_.unique;
  made_.method = "btree";
  for (const model::IndexPart& part : source_.parts) {
    if (!add_part(part)) return;
  }
  finish();
  remark_on_size();
  if (made_.unique) remark_on_collation();
  remark_on_prefix();
  remark_on_use();
  design_.table.indexes.push_back(std::move(made_));
}

void IndexDesign::refuse(const std::string& why) const {
  const char* const action = source_.unique
                                 ? "nothing keeps the target's values unique: make an index by hand"
                                 : "make an index by hand, if queries need it";
  const model::Severity severity =
      source_.unique ? model::Severity::warning : model::Severity::note;
  remarks_.add(severity, "index-not-moved", source_.name,
               "the index is not moved: " + why + ": " + source_.definition, action);
}

/// FULLTEXT, SPATIAL and VECTOR indexes are for searches that PostgreSQL writes otherwise.
bool IndexDesign::is_made() const {
  if (source_.method == "BTREE" || source_.method == "HASH" || source_.method.empty()) return true;
  std::string parts;
  for (const model::IndexPart& part : source_.parts) {
    parts += (parts.empty() ? "" : " || ' ' || ") +
             ("coalesce(" + quoted(scope_.name_of(part.column)) + ", '')");
  }
  remark_on_search(parts);
  return false;
}

void IndexDesign::remark_on_search(const std::string& parts) const {
  if (source_.method != "FULLTEXT") {
    refuse("PostgreSQL has no " + source_.method + " index of its own");
    return;
  }
  remarks_.note("fulltext-not-moved", source_.name,
                "the FULLTEXT index is not moved: queries have to be written anew for it",
                "CREATE INDEX " + quoted(name_) + " ON " + quoted(design_.table.name) +
                    " USING gin (to_tsvector('simple', " + parts + "))");
}

bool IndexDesign::add_part(const model::IndexPart& part) {
  return part.column.empty() ? add_expression(part) : add_column(part);
}

bool IndexDesign::add_expression(const model::IndexPart& part) {
  const Value value = translate(part.expression, scope_);
  const std::string why = value.refusal.empty() ? value.doubt : value.refusal;
  if (!why.empty()) {
    refuse(why);
    return false;
  }
  model::IndexPart& added = made_.parts.emplace_back();
  added.expression = "(" + value.sql + ")";
  added.descending = part.descending;
  return true;
}

/// Whole columns serve every query that a prefix serves.
bool IndexDesign::takes_whole_columns() const {
  if (source_.unique) return false;
  std::uint64_t sum = 0;
  for (const model::IndexPart& part : source_.parts) {
    const model::Column* const column = scope_.source.find_column(part.column);
    if (column != nullptr) sum += key_bytes(*column, target_type(part.column));
  }
  return sum <= kSureKeyBytes;
}

bool IndexDesign::add_column(const model::IndexPart& part) {
  const model::Column* const column = scope_.source.find_column(part.column);
  if (column == nullptr) {
    refuse("its column \"" + part.column + "\" is not known");
    return false;
  }
  const model::ColumnType& type = target_type(part.column);
  if (type.base == "json") {
    refuse("json has no order in PostgreSQL");
    return false;
  }
  model::IndexPart& added = made_.parts.emplace_back();
  added.descending = part.descending;
  const int prefix = part.prefix_length.value_or(0);
  if (prefix == 0 || !is_long(type) || takes_whole_columns()) {
    added.column = scope_.name_of(part.column);
    add_length(*column, type, 0);
    return true;
  }
  const std::string function = type.base == "bytea" ? "substr(" : "\"left\"(";
  const std::string from = type.base == "bytea" ? ", 1, " : ", ";
  added.expression =
      function + quoted(scope_.name_of(part.column)) + from + std::to_string(prefix) + ")";
  add_length(*column, type, prefix);
  return true;
}

std::string keys_of(const model::Index& index) {
  std::string keys;
  for (const model::IndexPart& part : index.parts) {
    keys += keys.empty() ? "" : ", ";
    keys += part.column.empty() ? part.expression : quoted(part.column);
    if (part.descending) keys += " DESC";
  }
  return keys;
}

bool is_plain(const model::IndexPart& part) { return !part.column.empty() && !part.descending; }

/// A constraint needs plain columns in ascending order; a primary key loses its descending ones.
void IndexDesign::finish() {
  const bool columns_only = std::ranges::none_of(
      made_.parts, [](const model::IndexPart& part) { return part.column.empty(); });
  made_.primary = source_.primary && columns_only;
  if (made_.primary) {
    for (model::IndexPart& part : made_.parts) part.descending = false;
  }
  made_.is_constraint = made_.unique && std::ranges::all_of(made_.parts, is_plain);
  made_.definition = index_definition(made_, design_.table.name);
  if (made_.is_constraint) {
    made_.constraint_definition =
        (made_.primary ? "PRIMARY KEY (" : "UNIQUE (") + keys_of(made_) + ")";
  }
}

void IndexDesign::add_length(const model::Column& column, const model::ColumnType& type,
                             int prefix) {
  const auto length = static_cast<std::uint64_t>(prefix);
  bytes_ += key_bytes(column, type, length);
  if (is_long(type)) {
    const bool is_text = codec::mysql_kind(column.type) == codec::MysqlKind::character;
    long_key_.parts.push_back({column.name, length, is_text});
  }
}

void IndexDesign::remark_on_size() {
  if (bytes_ <= kMaxKeyBytes) return;
  long_key_.table = scope_.source.name;
  long_key_.index = source_.name;
  long_key_.unique = source_.unique;
  design_.findings.push_back(look_at_long_key(long_key_, std::nullopt));
  design_.long_keys.push_back(std::move(long_key_));
}

std::optional<IndexDesign::LoosePart> IndexDesign::loose_part(const model::IndexPart& part) const {
  if (part.column.empty()) {
    const Value value = translate(part.expression, scope_);
    if (value.kind != ValueKind::text || value.order < TextOrder::bytes_but_blanks) return {};
    return LoosePart{part.expression, value.order == TextOrder::bytes_but_blanks};
  }
  const model::Column* const column = scope_.source.find_column(part.column);
  const bool loose = column != nullptr && !compares_by_bytes(column->type);
  if (!loose || !is_long(target_type(part.column))) return {};
  return LoosePart{part.column + " (" + column->type.collation + ")",
                   compares_by_bytes_but_blanks(column->type)};
}

void IndexDesign::remark_on_collation() const {
  std::string columns;
  bool blanks_only = true;
  for (const model::IndexPart& part : source_.parts) {
    const std::optional<LoosePart> loose = loose_part(part);
    if (!loose) continue;
    blanks_only = blanks_only && loose->blanks_only;
    columns += (columns.empty() ? "" : ", ") + loose->what;
  }
  if (columns.empty()) return;
  const char* const pair =
      blanks_only ? "'aa' with and without a blank behind it are" : "'aa' and 'AA', for one, are";
  remarks_.warning("collation", source_.name + " (" + columns + ")",
                   std::string("by the source's collation ") + pair +
                       " the same key; PostgreSQL compares byte for byte and takes both",
                   "nothing is lost; where the application relies on it, make a unique index on an "
                   "expression, or use a collation that is not deterministic");
}

void IndexDesign::remark_on_prefix() const {
  const bool cut = std::ranges::any_of(
      source_.parts, [](const model::IndexPart& part) { return part.prefix_length.has_value(); });
  if (!source_.unique || !cut || made_.is_constraint) return;
  const model::Severity severity =
      source_.primary ? model::Severity::warning : model::Severity::note;
  remarks_.add(severity, "unique-prefix", source_.name,
               std::string("only the beginnings of values are unique: this becomes a unique index "
                           "on an expression") +
                   (source_.primary ? ", and the table has no primary key" : ""),
               "");
}

/// What an index of PostgreSQL cannot be.
void IndexDesign::remark_on_use() const {
  if (source_.definition.ends_with(" INVISIBLE")) {
    remarks_.note("invisible-index", source_.name,
                  "no query of the source uses the index; those of PostgreSQL may",
                  "leave it out, if nothing needs it: DROP INDEX after the copy");
  }
  const bool descends = std::ranges::any_of(source_.parts, &model::IndexPart::descending);
  if (made_.primary && descends) {
    remarks_.note("descending-key", source_.name,
                  "a primary key of PostgreSQL has ascending columns only",
                  "make an index with DESC beside it, if queries need that order");
  }
}

}  // namespace

std::string index_definition(const model::Index& index, const model::QualifiedName& table) {
  return std::string("CREATE ") + (index.unique ? "UNIQUE " : "") + "INDEX " + quoted(index.name) +
         " ON " + quoted(table) + " USING btree (" + keys_of(index) + ")";
}

void add_indexes(const Scope& scope, Design& design, Remarks& remarks) {
  std::vector<std::string> names;
  for (const model::Index& index : scope.source.indexes) names.push_back(index.name);
  const std::map<std::string, std::string> others = shortened(names);
  for (const model::Index& index : scope.source.indexes) {
    const auto other = others.find(index.name);
    const std::string& name = other == others.end() ? index.name : other->second;
    IndexDesign(index, name, scope, design, remarks).add();
  }
}

}  // namespace sluice::schema
