#include "schema/checks.h"

#include <string>
#include <string_view>
#include <utility>

#include "sluice/codec/mysql_types.h"
#include "sluice/schema/names.h"

#include "schema/quoted.h"

namespace sluice::schema {
namespace {

constexpr std::string_view kHead = "CHECK (";
constexpr std::string_view kNotEnforced = " NOT ENFORCED";

/// What stands in the brackets of CHECK ( ).
std::string_view clause_of(std::string_view definition) {
  if (definition.ends_with(kNotEnforced)) definition.remove_suffix(kNotEnforced.size());
  if (!definition.starts_with(kHead) || !definition.ends_with(')')) return definition;
  return definition.substr(kHead.size(), definition.size() - kHead.size() - 1);
}

/// MariaDB's way to say json; the type says it now.
bool says_json(const model::Table& source, std::string_view clause) {
  for (const model::Column& column : source.columns) {
    const std::string said =
        "json_valid(" + model::quote_identifier(model::Engine::mysql, column.name) + ")";
    if (clause == said && codec::mysql_kind(column.type) == codec::MysqlKind::json) return true;
  }
  return false;
}

std::string by_hand(const Value& value, const model::Check& check, const Design& design) {
  if (value.sql.empty() || !value.refusal.empty()) return "";
  return "ALTER TABLE " + quoted(design.table.name) + " ADD CONSTRAINT " + quoted(check.name) +
         " CHECK (" + value.sql + ") NOT VALID";
}

void add_check(const model::Check& check, const Scope& scope, Design& design, Remarks& remarks) {
  const std::string_view clause = clause_of(check.definition);
  if (says_json(scope.source, clause)) return;
  if (check.definition.ends_with(kNotEnforced)) {
    remarks.note("check-not-enforced", check.name, "a check that is not enforced is not moved");
    return;
  }
  const Value value = condition(translate(clause, scope));
  const std::string& why = value.refusal.empty() ? value.doubt : value.refusal;
  if (!why.empty()) {
    remarks.warning("check-not-moved", check.name,
                    "the check is not moved: " + why + ": " + check.definition,
                    by_hand(value, check, design));
    return;
  }
  model::Check made;
  made.name = check.name;
  made.definition = "CHECK (" + value.sql + ")";
  design.table.checks.push_back(std::move(made));
}

}  // namespace

void add_checks(const Scope& scope, Design& design, Remarks& remarks) {
  for (const model::Check& check : scope.source.checks) add_check(check, scope, design, remarks);
}

}  // namespace sluice::schema
