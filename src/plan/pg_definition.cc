#include "plan/pg_definition.h"

#include "sluice/model/pg_quoted.h"

#include "plan/pg_scanner.h"

namespace sluice::plan {
namespace {

using model::pg::quoted;

/// "lower(email) COLLATE "C" text_ops DESC" -> "lower(email) COLLATE "C"": what makes two keys
/// equal.
std::string key_expression(std::string_view part) {
  PgScanner scanner(part);
  if (scanner.at_bracket()) {
    (void)scanner.brackets();
  } else {
    (void)scanner.qualified_name();
    if (scanner.position() < part.size() && part[scanner.position()] == '(') {
      (void)scanner.brackets();
    }
  }
  std::string expression(scanner.since(0));
  if (scanner.take_word("COLLATE")) {
    (void)scanner.qualified_name();
    expression = std::string(scanner.since(0));
  }
  return expression;
}

/// "room gist_text_ops WITH =" -> "=".
std::string exclusion_operator(std::string_view part) {
  PgScanner scanner(part);
  scanner.skip_piece();  // a column may have a name that begins with WITH
  while (!scanner.take_word("WITH")) scanner.skip_piece();
  return std::string(scanner.rest());
}

/// "(a, "b c")" -> "("a", "b c")".
std::string requoted_list(std::string_view columns) {
  std::string list;
  for (const std::string_view column : split_list(columns)) {
    list += (list.empty() ? "" : ", ") + quoted(PgScanner(column).identifier());
  }
  return "(" + list + ")";
}

/// INCLUDE (...), NULLS NOT DISTINCT, WITH (...), in whichever order they stand.
void read_clauses(PgScanner& scanner, IndexDefinition& index) {
  (void)scanner.at_end();
  const std::size_t start = scanner.position();
  while (!scanner.at_end()) {
    if (scanner.take_word("INCLUDE") || scanner.take_word("WITH")) {
      (void)scanner.brackets();
    } else if (scanner.take_word("NULLS")) {
      scanner.require_word("NOT");
      scanner.require_word("DISTINCT");
      index.nulls_not_distinct = true;
    } else {
      break;
    }
  }
  index.clauses = std::string(scanner.since(start));
}

}  // namespace

IndexDefinition read_index_definition(std::string_view text) {
  PgScanner scanner(text);
  IndexDefinition index;
  scanner.require_word("CREATE");
  index.unique = scanner.take_word("UNIQUE");
  scanner.require_word("INDEX");
  index.name = scanner.identifier();
  scanner.require_word("ON");
  static_cast<void>(scanner.take_word("ONLY"));  // of a partitioned table, without its partitions
  index.table = scanner.qualified_name();
  (void)scanner.at_end();
  const std::size_t method = scanner.position();
  scanner.require_word("USING");
  (void)scanner.identifier();
  for (const std::string_view part : split_list(scanner.brackets())) {
    index.key.push_back(key_expression(part));
  }
  index.method_and_key = std::string(scanner.since(method));
  read_clauses(scanner, index);
  if (scanner.take_word("WHERE")) {
    index.predicate = std::string(scanner.rest());
  } else if (!scanner.at_end()) {
    scanner.fail("the end");
  }
  return index;
}

ExclusionDefinition read_exclusion_definition(std::string_view text) {
  PgScanner scanner(text);
  ExclusionDefinition exclusion;
  scanner.require_word("EXCLUDE");
  scanner.require_word("USING");
  (void)scanner.identifier();
  for (const std::string_view part : split_list(scanner.brackets())) {
    exclusion.key.push_back(key_expression(part));
    exclusion.operators.push_back(exclusion_operator(part));
  }
  while (!scanner.at_end()) {
    if (scanner.take_word("WHERE")) {
      exclusion.predicate = std::string(scanner.brackets());
    } else {
      scanner.skip_piece();
    }
  }
  return exclusion;
}

std::string index_sql(const IndexDefinition& index, const std::string& name,
                      const model::QualifiedName& table, const std::string& tablespace) {
  std::string sql = index.unique ? "CREATE UNIQUE INDEX " : "CREATE INDEX ";
  sql += quoted(name) + " ON " + quoted(table) + " " + index.method_and_key;
  if (!index.clauses.empty()) sql += " " + index.clauses;
  if (!tablespace.empty()) sql += " TABLESPACE " + quoted(tablespace);
  if (!index.predicate.empty()) sql += " WHERE " + index.predicate;
  return sql;
}

ForeignKeyDefinition read_foreign_key_definition(std::string_view text) {
  PgScanner scanner(text);
  ForeignKeyDefinition key;
  scanner.require_word("FOREIGN");
  scanner.require_word("KEY");
  key.columns = std::string(scanner.brackets());
  scanner.require_word("REFERENCES");
  key.referenced = scanner.qualified_name();
  key.referenced_columns = std::string(scanner.brackets());
  key.options = std::string(scanner.rest());
  // Always the last words where they stand (pg_get_constraintdef appends them).
  constexpr std::string_view kNotValid = "NOT VALID";
  if (key.options.ends_with(kNotValid)) {
    key.validated = false;
    key.options.resize(key.options.size() - kNotValid.size());
    while (key.options.ends_with(' ')) key.options.pop_back();
  }
  return key;
}

std::string foreign_key_sql(const ForeignKeyDefinition& key,
                            const model::QualifiedName& referenced) {
  std::string sql =
      "FOREIGN KEY " + key.columns + " REFERENCES " + quoted(referenced) + key.referenced_columns;
  if (!key.options.empty()) sql += " " + key.options;
  return sql;
}

ForeignKeyDefinition with_quoted_columns(ForeignKeyDefinition key) {
  key.columns = requoted_list(key.columns);
  key.referenced_columns = requoted_list(key.referenced_columns);
  return key;
}

std::string check_expression(std::string_view text) {
  PgScanner scanner(text);
  scanner.require_word("CHECK");
  return std::string(scanner.brackets());
}

std::string constraint_timing(std::string_view text) {
  PgScanner scanner(text);
  while (!scanner.at_bracket()) scanner.skip_piece();
  (void)scanner.brackets();
  if (scanner.take_word("INCLUDE")) (void)scanner.brackets();
  return std::string(scanner.rest());
}

model::QualifiedName read_name(std::string_view text) {
  PgScanner scanner(text);
  model::QualifiedName name = scanner.qualified_name();
  if (!scanner.at_end()) scanner.fail("the end");
  return name;
}

}  // namespace sluice::plan
