#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/name.h"

/// Reads the definitions that PostgreSQL prints of indexes and constraints, far enough to say them
/// again for another table. They are read by their grammar, never by looking for a name in the
/// text: a table may be called "USING" or "a ON b". Everything that is not understood throws
/// Error{data}: a definition said wrongly again would be worse.
namespace sluice::plan {

/// pg_get_indexdef's text: CREATE [UNIQUE] INDEX name ON [ONLY] table USING method (key) [clauses]
/// [WHERE predicate]
struct IndexDefinition {
  bool unique = false;
  std::string name;
  model::QualifiedName table;
  std::string method_and_key;    // "USING btree (lower(email) DESC)"
  std::vector<std::string> key;  // "lower(email)", without order, collation kept
  std::string clauses;  // "INCLUDE (name) NULLS NOT DISTINCT WITH (fillfactor='70')"; may be empty
  bool nulls_not_distinct = false;
  std::string predicate;  // "(active)"; empty: none
};
[[nodiscard]] IndexDefinition read_index_definition(std::string_view text);
/// The same index under another name on another table.
[[nodiscard]] std::string index_sql(const IndexDefinition& index, const std::string& name,
                                    const model::QualifiedName& table,
                                    const std::string& tablespace);

/// pg_get_constraintdef's text of an exclusion constraint: EXCLUDE USING method (key WITH operator,
/// ...) [clauses] [WHERE (predicate)] [timing]. Two rows of which all operators hold exclude each
/// other.
struct ExclusionDefinition {
  std::vector<std::string> key;        // as IndexDefinition's
  std::vector<std::string> operators;  // one for each of `key`: "&&", "OPERATOR(public.=)"
  std::string predicate;               // "((active))"; empty: none
};
[[nodiscard]] ExclusionDefinition read_exclusion_definition(std::string_view text);

/// pg_get_constraintdef's text of a foreign key.
struct ForeignKeyDefinition {
  std::string columns;  // "(customer_id)", as printed
  model::QualifiedName referenced;
  std::string referenced_columns;  // "(id)"
  std::string options;  // "ON DELETE CASCADE DEFERRABLE", without NOT VALID; may be empty
  bool validated = true;
};
[[nodiscard]] ForeignKeyDefinition read_foreign_key_definition(std::string_view text);
/// FOREIGN KEY ... REFERENCES `referenced` ..., without NOT VALID.
[[nodiscard]] std::string foreign_key_sql(const ForeignKeyDefinition& key,
                                          const model::QualifiedName& referenced);

/// The same text with every column in quotes, however the server or we have spelled it.
[[nodiscard]] ForeignKeyDefinition with_quoted_columns(ForeignKeyDefinition key);

/// The expression of a check: "((total >= 0))" of "CHECK ((total >= 0)) NOT VALID".
[[nodiscard]] std::string check_expression(std::string_view text);
/// What follows the columns of a unique or primary key constraint: "DEFERRABLE INITIALLY DEFERRED";
/// may be empty.
[[nodiscard]] std::string constraint_timing(std::string_view text);

/// A name as PostgreSQL prints it: schema.table, each part quoted where it must be.
[[nodiscard]] model::QualifiedName read_name(std::string_view text);

}  // namespace sluice::plan
