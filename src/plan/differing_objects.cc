#include <algorithm>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "sluice/model/error.h"
#include "sluice/plan/new_tables.h"

#include "plan/pg_definition.h"
#include "plan/pg_scanner.h"

// Objects that the target has already, but not as the source has them.
namespace sluice::plan {
namespace {

using Kind = model::SchemaObject::Kind;
using Pieces = std::vector<std::string>;

/// Names without quotes, literals and what stands in brackets as they are.
Pieces pieces_of(const std::string& definition) {
  Pieces pieces;
  try {
    PgScanner scanner(definition);
    while (!scanner.at_end()) {
      const std::size_t from = scanner.position();
      if (definition[from] == '"') {
        pieces.push_back(scanner.identifier());
      } else {
        scanner.skip_piece();
        pieces.emplace_back(scanner.since(from));
      }
    }
  } catch (const model::Error&) {
    return {definition};  // cut nowhere, it can still be compared
  }
  return pieces;
}

bool stands(const Pieces& pieces, std::size_t at, const Pieces& words) {
  return at + words.size() <= pieces.size() &&
         std::equal(words.begin(), words.end(), pieces.begin() + static_cast<std::ptrdiff_t>(at));
}

/// A comment makes no difference to rows.
Pieces without_comments(const Pieces& pieces) {
  Pieces left;
  bool skips = false;
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    if (pieces[at] == ";") skips = stands(pieces, at + 1, {"COMMENT", "ON"});
    if (!skips) left.push_back(pieces[at]);
  }
  return left;
}

/// What can be said in two ways, or goes without saying: NOT NULL of a domain has a name from 17
/// on, and another place; sequences are bigint.
Pieces in_one_spelling(Kind kind, const Pieces& pieces) {
  Pieces left;
  bool not_null = false;
  for (std::size_t at = 0; at < pieces.size(); ++at) {
    if (stands(pieces, at, {"NOT", "NULL"})) {
      not_null = true;
      ++at;
      if (left.size() > 1 && left[left.size() - 2] == "CONSTRAINT") left.resize(left.size() - 2);
    } else if (kind == Kind::sequence && stands(pieces, at, {"AS", "bigint"})) {
      ++at;
    } else {
      left.push_back(pieces[at]);
    }
  }
  if (not_null) left.insert(left.end(), {"NOT", "NULL"});
  return left;
}

/// Ranges have a multirange from 14 on.
Pieces without_multirange(Pieces pieces) {
  for (std::string& piece : pieces) {
    const std::size_t at = piece.find(", MULTIRANGE_TYPE_NAME = ");
    if (at != std::string::npos) piece.replace(at, std::string::npos, ")");
  }
  return pieces;
}

Pieces without_brackets(Pieces pieces) {
  std::erase_if(pieces, [](const std::string& piece) { return piece.starts_with('('); });
  return pieces;
}

enum class Likeness { same, perhaps, other };

/// `versions_differ`: of the servers' majors, which may print one expression in two ways.
Likeness likeness(const model::SchemaObject& a, const model::SchemaObject& b,
                  bool versions_differ) {
  if (a.kind != b.kind) return Likeness::other;
  if (a.definition == b.definition) return Likeness::same;
  Pieces one = in_one_spelling(a.kind, without_comments(pieces_of(a.definition)));
  Pieces two = in_one_spelling(b.kind, without_comments(pieces_of(b.definition)));
  if (versions_differ) {
    one = without_multirange(std::move(one));
    two = without_multirange(std::move(two));
  }
  if (one == two) return Likeness::same;
  const bool may_be_printed_otherwise =
      versions_differ && (a.kind == Kind::domain || a.kind == Kind::collation);
  if (!may_be_printed_otherwise) return Likeness::other;
  return without_brackets(one) == without_brackets(two) ? Likeness::perhaps : Likeness::other;
}

/// Types and domains share their names.
bool same_place(const model::SchemaObject& a, const model::SchemaObject& b) {
  const auto kind = [](Kind k) { return k == Kind::domain ? Kind::type : k; };
  return a.name == b.name && kind(a.kind) == kind(b.kind);
}

std::string in_one_line(std::string definition) {
  std::ranges::replace(definition, '\n', ' ');
  return definition;
}

model::Finding finding_of(const model::SchemaObject& wanted, const model::SchemaObject& there,
                          const model::QualifiedName& table, Likeness how) {
  const bool certain = how == Likeness::other;
  return {certain ? model::Severity::error : model::Severity::warning, "object-differs",
          wanted.id(),
          (certain ? "the target has another one: " : "the target's may be another one: ") +
              in_one_line(there.definition) + "; " + table.text() + " needs " +
              in_one_line(wanted.definition),
          "make it alike in the target, or drop it there"};
}

/// The column that the sequence belongs to, in words; empty: it is nobody's.
std::string owner_in(const model::Catalog& catalog, const model::QualifiedName& sequence) {
  for (const model::Table& table : catalog.tables) {
    for (const model::Column& column : table.columns) {
      if (column.sequence.empty() || read_name(column.sequence) != sequence) continue;
      return table.name.text() + "." + column.name;
    }
  }
  return {};
}

bool is_object_of(const model::Catalog& source, const model::SchemaObject& wanted) {
  return std::ranges::any_of(source.objects, [id = wanted.id()](const model::SchemaObject& object) {
    return object.id() == id;
  });
}

/// A sequence that is nobody's in the source, and in the target gives numbers to a column of
/// another table: the catalogue has it with that table, not among objects.
std::optional<model::Finding> owned_sequence(const model::SchemaObject& wanted,
                                             const model::QualifiedName& table,
                                             const model::Catalog& source,
                                             const model::Catalog& target) {
  // Those of tables have names that the target did not have before the run.
  if (wanted.kind != Kind::sequence || !is_object_of(source, wanted)) return std::nullopt;
  const std::string owner = owner_in(target, wanted.name);
  if (owner.empty()) return std::nullopt;
  return model::Finding{model::Severity::error, "object-differs", wanted.id(),
                        "the target's belongs to column " + owner + "; " + table.text() +
                            " needs one that is nobody's",
                        "rename the target's, or drop it there"};
}

int major_of(const model::ServerIdentity& server) { return server.version_number / 10000; }

}  // namespace

std::vector<model::Finding> differing_objects(const std::vector<NewTable>& tables,
                                              const model::Catalog& source,
                                              const model::Catalog& target) {
  const bool versions_differ = source.server.engine == target.server.engine &&
                               major_of(source.server) != major_of(target.server);
  std::vector<model::Finding> findings;
  std::set<std::string> seen;
  for (const NewTable& table : tables) {
    for (const model::SchemaObject& object : table.design.objects) {
      if (object.kind == Kind::schema || !seen.insert(object.id()).second) continue;
      if (auto finding = owned_sequence(object, table.design.table.name, source, target)) {
        findings.push_back(std::move(*finding));
      }
      const auto there = std::ranges::find_if(
          target.objects,
          [&object](const model::SchemaObject& other) { return same_place(object, other); });
      if (there == target.objects.end()) continue;
      const Likeness how = likeness(object, *there, versions_differ);
      if (how == Likeness::same) continue;
      findings.push_back(finding_of(object, *there, table.design.table.name, how));
    }
  }
  return findings;
}

}  // namespace sluice::plan
