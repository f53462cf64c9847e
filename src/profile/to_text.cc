#include <array>

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/profile/profile.h"

#include "profile/text_table.h"
#include "profile/words.h"

namespace sluice::profile {
namespace {

constexpr std::size_t kIndent = 2;

std::string bytes_text(std::uint64_t bytes) {
  constexpr std::array kUnits{"B", "kB", "MB", "GB", "TB", "PB"};
  auto amount = static_cast<double>(bytes);
  std::size_t unit = 0;
  for (; amount >= 999.5 && unit + 1 < kUnits.size(); ++unit) amount /= 1000;
  return unit == 0 ? fmt::format("{} B", bytes) : fmt::format("{:.3g} {}", amount, kUnits[unit]);
}

void append(std::string& text, const std::string& part, std::string_view separator = ", ") {
  if (part.empty()) return;
  if (!text.empty()) text += separator;
  text += part;
}

std::string joined(const std::vector<std::string>& names) {
  std::string text;
  for (const std::string& name : names) append(text, name);
  return text;
}

std::string parts_text(const model::Index& index) {
  std::string text;
  for (const model::IndexPart& part : index.parts) {
    std::string one = part.column.empty() ? part.expression : part.column;
    if (part.prefix_length) one += fmt::format("({})", *part.prefix_length);
    if (part.descending) one += " desc";
    append(text, one);
  }
  return text;
}

std::string head(const Profile& profile) {
  const model::ServerIdentity& server = profile.catalog.server;
  TextTable table("ll", 0, kColumns);
  table.add_row({profile.side, fmt::format("{} {} at {}", model::to_string(server.engine),
                                           server.version, server.address)});
  table.add_row({"database", fmt::format("{}, {}", server.database,
                                         bytes_text(profile.storage.database_bytes))});
  if (profile.storage.free_bytes) {
    table.add_row({"free", bytes_text(*profile.storage.free_bytes)});
  }
  table.add_row({"identity", server.identity});
  table.add_row(
      {"role", server.user + (profile.write_privileges.empty() ? ", can only read" : "")});
  for (const std::string& privilege : profile.write_privileges) table.add_row({"", privilege});
  for (const model::Publication& publication : profile.catalog.wide_publications) {
    table.add_row({"publication",
                   publication.name + (publication.schemas.empty()
                                           ? ", of all tables"
                                           : ", of all tables in " + joined(publication.schemas))});
  }
  return table.text();
}

std::string list_of_tables(const model::Catalog& catalog) {
  TextTable list("lrrll", 0, kColumns);
  list.add_row({"TABLE", "ROWS", "SIZE", "KIND", "PRIMARY KEY"});
  std::uint64_t rows = 0;
  std::uint64_t bytes = 0;
  for (const model::Table& table : catalog.tables) {
    const model::Index* key = table.primary_key();
    std::string kind = table.kind;
    append(kind, table.storage_engine, " ");
    list.add_row({table.name.text(), std::to_string(table.estimated_rows),
                  bytes_text(table.estimated_bytes), kind,
                  key == nullptr ? std::string("none") : parts_text(*key)});
    rows += table.estimated_rows;
    bytes += table.estimated_bytes;
  }
  return list.text() + fmt::format("{} table{}, about {} rows, {} without secondary indexes\n",
                                   catalog.tables.size(), catalog.tables.size() == 1 ? "" : "s",
                                   rows, bytes_text(bytes));
}

/// Everything about a column beyond name, type, NULL and comment.
std::string column_details(const model::Column& column) {
  std::string text;
  if (column.identity == model::Identity::auto_increment) {
    append(text, "auto_increment");
  } else if (column.identity != model::Identity::no) {
    append(text, fmt::format("identity {}", word(column.identity)));
  }
  if (column.generated != model::Generated::no) {
    append(text, fmt::format("generated {} as {}", word(column.generated), column.generation_sql));
  } else if (column.default_sql) {
    append(text, "default " + *column.default_sql);
  }
  if (!column.type.schema.empty()) append(text, "type of schema " + column.type.schema);
  // A collation of MySQL begins with its character set.
  append(text, column.type.collation.empty() ? column.type.charset : column.type.collation);
  return text;
}

std::string index_text(const model::Index& index) {
  std::string text = fmt::format("{} ({})", index.name, parts_text(index));
  if (!index.method.empty() && index.method != "btree" && index.method != "BTREE") {
    append(text, index.method);
  }
  if (index.partial) append(text, "partial");
  if (!index.valid) append(text, "not valid");
  if (!index.comment.empty()) append(text, "\"" + index.comment + "\"");
  return text;
}

std::string foreign_key_text(const model::ForeignKey& key) {
  std::string text = fmt::format("{} ({}) to {} ({})", key.name, joined(key.columns),
                                 key.referenced.text(), joined(key.referenced_columns));
  if (key.on_delete != "NO ACTION" && !key.on_delete.empty())
    append(text, "on delete " + key.on_delete);
  if (key.on_update != "NO ACTION" && !key.on_update.empty())
    append(text, "on update " + key.on_update);
  if (!key.validated) append(text, "not validated");
  return text;
}

std::string columns_of(const model::Table& table) {
  TextTable columns("llll", kIndent, kColumns);
  for (const model::Column& column : table.columns) {
    columns.add_row({column.name, column.type.sql, column.nullable ? "null" : "not null",
                     column_details(column)});
    if (!column.comment.empty()) columns.add_note("\"" + column.comment + "\"");
  }
  return columns.text();
}

std::string objects_of(const model::Table& table) {
  TextTable objects("ll", kIndent, kColumns);
  for (const model::Index& index : table.indexes) {
    objects.add_row({std::string(index_word(index)), index_text(index)});
  }
  for (const model::ForeignKey& key : table.foreign_keys) {
    objects.add_row({"foreign key", foreign_key_text(key)});
  }
  for (const model::Check& check : table.checks) {
    objects.add_row({"check", check.name + ": " + check.definition +
                                  (check.validated ? "" : " (not validated)")});
  }
  for (const model::Trigger& trigger : table.triggers) objects.add_row({"trigger", trigger.name});
  return objects.text();
}

std::string one_table(const model::Table& table) {
  std::string text = codec::printable_line(table.name.text());
  append(text, codec::printable_line(table.storage_engine));
  if (table.row_security) append(text, "row security");
  if (table.unlogged) append(text, "unlogged");
  if (table.has_children) append(text, "other tables inherit from it");
  text += "\n";
  if (!table.comment.empty()) {
    TextTable comment("l", kIndent, kColumns);
    comment.add_row({"\"" + table.comment + "\""});
    text += comment.text();
  }
  return text + columns_of(table) + objects_of(table);
}

}  // namespace

std::string to_text(const Profile& profile) {
  std::string text = head(profile) + "\n" + list_of_tables(profile.catalog);
  for (const model::Table& table : profile.catalog.tables) text += "\n" + one_table(table);
  return text;
}

}  // namespace sluice::profile
