#include "plan/positions.h"

#include <string_view>

#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"

#include "plan/pg_definition.h"

namespace sluice::plan {
namespace {

using model::pg::literal;
using model::pg::quoted;

/// The value of one option in "START WITH 1 INCREMENT BY -1 MINVALUE 1 ...".
std::string sequence_option(const std::string& options, std::string_view name) {
  const std::size_t at = options.find(name);
  if (at == std::string::npos) return {};
  const std::size_t start = at + name.size();
  return options.substr(start, options.find(' ', start) - start);
}

/// " BETWEEN 1 AND 9": numbers outside the sequence's own range can never meet one that it gives.
std::string in_range(const std::string& options) {
  const std::string minimum = sequence_option(options, "MINVALUE ");
  const std::string maximum = sequence_option(options, "MAXVALUE ");
  if (minimum.empty() || maximum.empty()) return " IS NOT NULL";
  return " BETWEEN " + minimum + " AND " + maximum;
}

/// What stands from `at` to the quote that ends it, read back; empty where none does.
std::string literal_from(const std::string& sql, std::size_t at) {
  std::string text;
  for (std::size_t i = at; i < sql.size(); ++i) {
    if (sql[i] != '\'') {
      text.push_back(sql[i]);
    } else if (i + 1 < sql.size() && sql[i + 1] == '\'') {
      text.push_back(sql[i++]);
    } else {
      return text;
    }
  }
  return {};
}

/// The literals of nextval('...'::regclass).
std::vector<std::string> nextval_literals(const std::string& sql) {
  constexpr std::string_view kBegin = "nextval('";
  std::vector<std::string> found;
  for (std::size_t at = sql.find(kBegin); at != std::string::npos; at = sql.find(kBegin, at + 1)) {
    std::string text = literal_from(sql, at + kBegin.size());
    if (!text.empty()) found.push_back(std::move(text));
  }
  return found;
}

}  // namespace

std::string position_sql(const Numbers& numbers) {
  const bool descending = sequence_option(numbers.options, "INCREMENT BY ").starts_with('-');
  const std::string range = in_range(numbers.options);
  std::string all;
  const auto add = [&all](const std::string& sql) {
    all += (all.empty() ? "" : " UNION ALL ") + sql;
  };
  for (const auto& [table, column] : numbers.used) {
    add(std::string("SELECT ") + (descending ? "min(" : "max(") + quoted(column) +
        ")::numeric, true FROM " + quoted(table) + " WHERE " + quoted(column) + range);
  }
  for (const model::QualifiedName& other : numbers.others) {
    add("SELECT last_value::numeric, is_called FROM " + quoted(other));
  }
  if (numbers.counter) {
    add("SELECT last_value, is_called FROM \"sluice\".\"counter\" WHERE (run_id, schema_name, "
        "counter_name) = (pg_catalog.current_setting('sluice.run_id', true), " +
        literal(numbers.counter->schema) + ", " + literal(numbers.counter->table) + ")");
  }
  return "SELECT pg_catalog.setval(" + literal(quoted(numbers.sequence)) +
         ", number::bigint, is_called) FROM (" + all +
         ") AS used (number, is_called) WHERE number" + range + " ORDER BY number" +
         (descending ? "" : " DESC") + ", is_called DESC LIMIT 1";
}

std::string one_at_a_time(const model::QualifiedName& sequence) {
  // The class is arbitrary and only has to be our own, and another than the one of runs.
  return "SELECT pg_catalog.pg_advisory_xact_lock(1936487780, pg_catalog.hashtext(" +
         literal(quoted(sequence)) + ")); ";
}

std::vector<model::QualifiedName> sequences_of_default(const model::Column& column) {
  std::vector<model::QualifiedName> sequences;
  if (!column.default_sql) return sequences;
  for (const std::string& name : nextval_literals(*column.default_sql)) {
    try {
      sequences.push_back(read_name(name));
    } catch (const model::Error&) {
      // Not a name with its schema: nothing that the server prints.
    }
  }
  return sequences;
}

std::optional<model::QualifiedName> sequence_of_default(const model::Column& column) {
  const std::vector<model::QualifiedName> sequences = sequences_of_default(column);
  return sequences.empty() ? std::nullopt : std::optional(sequences.front());
}

bool is_integer(const model::ColumnType& type) {
  return type.base == "int2" || type.base == "int4" || type.base == "int8";
}

std::optional<model::QualifiedName> counter_of(const model::Table& source,
                                               const model::Column& column) {
  if (column.identity == model::Identity::auto_increment) return source.name;
  if (!column.sequence.empty()) return read_name(column.sequence);
  return sequence_of_default(column);
}

}  // namespace sluice::plan
