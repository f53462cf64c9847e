#include "schema/column.h"

#include <array>
#include <string>
#include <utility>

#include "sluice/codec/json_write.h"
#include "sluice/model/unknown_default.h"
#include "sluice/schema/names.h"

#include "schema/default.h"
#include "schema/quoted.h"

namespace sluice::schema {
namespace {

/// The line of the config that chooses another type.
std::string choice_of(const std::string& column, const std::string& type) {
  std::string line = "\"create\": {\"types\": {";
  codec::append_json_string(column, line);
  line += ": ";
  codec::append_json_string(type, line);
  return line + "}}";
}

/// `name`: in the design.
void remark_on_type(const model::Column& column, const std::string& name, const TypeChoice& choice,
                    Remarks& remarks) {
  if (!choice.alternative.empty()) {
    remarks.note("needs-decision", column.name, choice.alternative_is,
                 choice_of(name, choice.alternative));
  }
  if (!choice.doubt_rule.empty()) {
    remarks.note(choice.doubt_rule, column.name, choice.doubt);
  }
  if (column.type.sql.find("zerofill") != std::string::npos) {
    remarks.note("zerofill", column.name,
                 "the source shows the number with zeros in front; they "
                 "are not part of the value");
  }
}

void take_type(const model::Column& column, TypeChoice choice, model::Column& made,
               Design& design) {
  made.type = std::move(choice.type);
  if (!choice.allowed.empty()) {
    model::Check check;
    check.name = derived_name(design.table.name.table + "_" + column.name, choice.check_suffix);
    check.definition = "CHECK ((" + choice.allowed + "))";
    design.table.checks.push_back(std::move(check));
  }
  if (!choice.made) return;
  design.table.needs.push_back(choice.made->id());
  design.objects.push_back(std::move(*choice.made));
}

bool is_integer(const model::ColumnType& type) {
  return type.base == "int2" || type.base == "int4" || type.base == "int8";
}

void take_identity(const model::Column& column, model::Column& made, Remarks& remarks) {
  if (column.identity != model::Identity::auto_increment) return;
  if (is_integer(made.type)) {
    made.identity = model::Identity::by_default;
    made.nullable = false;
    return;
  }
  remarks.warning("identity-not-moved", column.name,
                  "auto_increment is not moved: " + made.type.sql + " is no integer type",
                  "choose an integer type, or set a default of your own");
}

void take_default(const model::Column& column, const Scope& scope, model::Column& made,
                  Remarks& remarks) {
  if (!column.default_sql || made.identity != model::Identity::no) return;
  if (column.default_sql == "NULL") return;
  Default translated = translate_default(column, made.type, scope);
  if (translated.refusal.empty()) {
    made.default_sql = std::move(translated.sql);
    return;
  }
  const bool is_known = !model::why_unknown(*column.default_sql);
  remarks.warning(translated.rule, column.name,
                  "the default " + (is_known ? *column.default_sql + " " : "") +
                      "is not moved: " + translated.refusal,
                  "set a default by hand, if the application counts on it");
}

bool reads_generated(const model::Table& table, const std::string& printed) {
  for (const model::Column& column : table.columns) {
    if (column.generated == model::Generated::no) continue;
    if (printed.find(model::quote_identifier(model::Engine::mysql, column.name)) !=
        std::string::npos) {
      return true;
    }
  }
  return false;
}

void take_generation(const model::Column& column, const Scope& scope, model::Column& made,
                     Remarks& remarks) {
  if (column.generated == model::Generated::no) return;
  Value value = translate(column.generation_sql, scope);
  if (reads_generated(scope.source, column.generation_sql)) {
    value = refused("a generated column of PostgreSQL reads no other one");
  }
  const std::string sql = assigned(value, column.type, made.type);
  std::string why = value.refusal.empty() ? value.doubt : value.refusal;
  if (why.empty() && sql.empty())
    why = "the expression is of another kind than the column, or does not always fit";
  if (!why.empty()) {
    remarks.warning("generated-as-values", column.name,
                    "becomes an ordinary column that keeps the values: " + why,
                    "the source computes it as " + column.generation_sql);
    return;
  }
  made.generated = model::Generated::stored;
  made.generation_sql = sql;
  if (column.generated == model::Generated::virtual_column) {
    remarks.note("virtual-as-stored", column.name,
                 "a virtual column becomes a stored one and takes space");
  }
}

/// Sets the column anew on every change of a row that does not set it itself.
std::string update_trigger(const model::Column& made, const model::QualifiedName& table) {
  const std::string name = derived_name(table.table + "_" + made.name, "_on_update");
  const std::string function = quoted(model::QualifiedName{table.schema, name});
  const std::string column = quoted(made.name);
  const std::string digits = std::to_string(made.type.fraction_digits.value_or(0));
  const std::string now =
      (made.type.base == "timestamp" ? "LOCALTIMESTAMP(" : "CURRENT_TIMESTAMP(") + digits + ")";
  const std::string body = "BEGIN IF NEW IS DISTINCT FROM OLD AND NEW." + column +
                           " IS NOT DISTINCT FROM OLD." + column + " THEN NEW." + column +
                           " := " + now + "; END IF; RETURN NEW; END";
  return "CREATE FUNCTION " + function + "() RETURNS trigger LANGUAGE plpgsql AS " +
         dollar_quoted(body, "") + "; CREATE TRIGGER " + quoted(name) + " BEFORE UPDATE ON " +
         quoted(table) + " FOR EACH ROW EXECUTE FUNCTION " + function + "()";
}

void remark_on_update(const model::Column& column, const model::Column& made,
                      const model::QualifiedName& table, Remarks& remarks) {
  if (column.extra.find("on update") == std::string::npos &&
      column.extra.find("ON UPDATE") == std::string::npos) {
    return;
  }
  remarks.warning("on-update-not-moved", column.name,
                  "ON UPDATE CURRENT_TIMESTAMP is not moved: PostgreSQL needs a trigger for it",
                  update_trigger(made, table));
}

/// Both servers' word for it.
void remark_on_visibility(const model::Column& column, Remarks& remarks) {
  if (column.extra.find("INVISIBLE") == std::string::npos) return;
  remarks.note("invisible-column", column.name,
               "SELECT * does not show the column on the source, and shows it in PostgreSQL",
               "name the columns in the application's queries, or leave it out under \"drop\"");
}

/// Columns that every table of PostgreSQL has.
void remark_on_name(const std::string& name, Remarks& remarks) {
  constexpr std::array kSystem = {"ctid", "xmin", "xmax", "cmin", "cmax", "tableoid"};
  for (const std::string_view taken : kSystem) {
    if (name != taken) continue;
    remarks.warning("system-column", name, "PostgreSQL has a column of this name in every table",
                    "give the target's column another name under \"columns\"");
  }
}

}  // namespace

void add_column(const model::Column& column, const Scope& scope, Design& design, Remarks& remarks) {
  const auto chosen = scope.types.find(column.name);
  TypeChoice choice = chosen == scope.types.end() ? choose_type(scope, column, design.table.name)
                                                  : chosen_type(scope, column, chosen->second);
  remark_on_name(column.name, remarks);
  remark_on_visibility(column, remarks);
  model::Column made;
  made.name = scope.name_of(column.name);
  remark_on_type(column, made.name, choice, remarks);
  made.nullable = column.nullable;
  made.comment = column.comment;
  take_type(column, std::move(choice), made, design);
  take_identity(column, made, remarks);
  take_generation(column, scope, made, remarks);
  if (column.generated == model::Generated::no) take_default(column, scope, made, remarks);
  remark_on_update(column, made, design.table.name, remarks);
  design.table.columns.push_back(std::move(made));
}

}  // namespace sluice::schema
