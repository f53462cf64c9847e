#include <algorithm>
#include <set>
#include <string>
#include <string_view>

#include "plan/new_table.h"
#include "plan/pg_definition.h"
#include "plan/positions.h"

// What new tables need and nothing here makes: functions, operators, base types, rows of others.
namespace sluice::plan {
namespace {

/// "function app.f(integer,pg_catalog.text)" -> "function app.f(integer,text)".
std::string without_catalog(std::string need) {
  constexpr std::string_view kCatalog = "pg_catalog.";
  for (std::size_t at = need.find(kCatalog); at != std::string::npos; at = need.find(kCatalog)) {
    need.erase(at, kCatalog.size());
  }
  return need;
}

/// Servers spell one thing in two ways: f(integer,text), "f"(integer, text).
std::string plain(std::string_view name) {
  std::string text;
  for (const char c : name) {
    if (c != ' ' && c != '"') text.push_back(c);
  }
  return text;
}

/// "function app.f(integer)" as the target's catalogue has it.
bool holds(const model::Catalog& catalog, const std::string& need) {
  const bool is_other = std::ranges::any_of(catalog.others, [&](const model::OtherObject& other) {
    const std::string kind = other.kind == "base type" ? "type" : other.kind;
    return plain(kind + other.name.text()) == plain(need);
  });
  return is_other || std::ranges::any_of(catalog.tables, [&](const model::Table& table) {
           return plain("table" + table.name.text()) == plain(need);
         });
}

/// Tables whose sequences the defaults of another take numbers from: those are made.
std::set<std::string> lenders_of(const model::Catalog& source, const model::Table& from) {
  std::set<model::QualifiedName> sequences;
  for (const model::Column& column : from.columns) {
    for (model::QualifiedName& sequence : sequences_of_default(column)) {
      sequences.insert(std::move(sequence));
    }
  }
  std::set<std::string> lenders;
  for (const model::Table& table : source.tables) {
    for (const model::Column& column : table.columns) {
      if (!column.sequence.empty() && sequences.contains(read_name(column.sequence))) {
        lenders.insert("table " + table.name.text());
      }
    }
  }
  return lenders;
}

}  // namespace

void look_at_needs(const model::Catalog& source, const model::Catalog& target,
                   const model::Table& from, schema::Design& design) {
  std::set<std::string> made = lenders_of(source, from);
  for (const model::SchemaObject& object : design.objects) made.insert(object.id());
  for (const std::string& need : from.needs) {
    const std::string name = without_catalog(need);
    if (made.contains(need) || holds(target, name)) continue;
    design.findings.push_back({model::Severity::warning, "need-missing", design.table.name.text(),
                               "needs " + name + ", which is not made",
                               "make it in the target first"});
  }
}

}  // namespace sluice::plan
