#pragma once

#include <cctype>
#include <filesystem>
#include <fstream>
#include <sstream>
#include <stdexcept>
#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "field_data.h"
#include "support/migration.h"

/// The same shop, published for MySQL and for PostgreSQL by its own authors: what sluice makes of
/// the one must be the other, but for the twelve rows in which the two publications differ by
/// themselves.
namespace sluice::test::chinook {

/// A script without its head, which drops, creates and enters a database of its own: all up to the
/// line that begins with `marker`.
[[nodiscard]] inline std::string script_after(const std::filesystem::path& file,
                                              const std::string& marker) {
  std::ifstream in(file, std::ios::binary);
  std::string line;
  bool found = false;
  std::ostringstream rest;
  while (std::getline(in, line)) {
    if (found) rest << line << '\n';
    if (line.starts_with(marker)) found = true;
  }
  if (!found) throw std::runtime_error(file.string() + " has no line " + marker);
  return rest.str();
}

/// "BillingPostalCode" -> "billing_postal_code": how the PostgreSQL script names what the MySQL
/// script calls so.
[[nodiscard]] inline std::string snake_case(const std::string& name) {
  std::string text;
  for (const char c : name) {
    if (std::isupper(static_cast<unsigned char>(c)) != 0 && !text.empty()) text += '_';
    text += static_cast<char>(std::tolower(static_cast<unsigned char>(c)));
  }
  return text;
}

inline const std::vector<std::string> kTables{
    "Album",       "Artist",    "Customer", "Employee",      "Genre", "Invoice",
    "InvoiceLine", "MediaType", "Playlist", "PlaylistTrack", "Track"};

[[nodiscard]] inline std::string mapping_of(const Migration& migration, const std::string& table) {
  std::string columns;
  for (const auto& row : migration.source("SHOW COLUMNS FROM `" + table + "`")) {
    const std::string& name = row.at(0).value();
    columns += (columns.empty() ? "\"" : ", \"") + snake_case(name) + "\": \"" + name + "\"";
  }
  return "{\"columns\": {" + columns + "}}";
}

/// The first columns, which are ids, of rows that one of the tables has and the other has not.
[[nodiscard]] inline std::string ids_of_others(const Migration& migration, const std::string& table,
                                               const std::string& other) {
  return migration.target_value(
      "SELECT coalesce(string_agg(id::text, ' ' ORDER BY id), '') FROM (" +
      ("SELECT * FROM public." + table + " EXCEPT ALL SELECT * FROM ") +
      ("public." + other + ") AS others (id)"));
}

/// Moves Chinook's MySQL script, run by that server, over the tables and rows of its PostgreSQL
/// script.
inline void check_move(From from) {
  const std::filesystem::path data = field_data("chinook");
  if (data.empty()) SKIP("no field data: set SLUICE_FIELD_DATA to a folder that holds chinook/");
  Migration migration(from);
  migration.source(script_after(data / "Chinook_MySql.sql", "USE "));
  migration.target(script_after(data / "Chinook_PostgreSql.sql", "\\c "));
  for (const std::string& table : kTables) {
    migration.move(table, "public." + snake_case(table), R"("existing_rows": "replace")",
                   mapping_of(migration, table));
  }

  const auto copied = migration.copy();
  INFO(copied.err);
  REQUIRE(copied.exit_code == 0);
  CHECK(migration.sluice("verify").exit_code == 0);

  std::string different;
  for (const std::string& table : kTables) {
    const std::string live = snake_case(table);
    const std::string arrived = ids_of_others(migration, live + "__side", live);
    CHECK(arrived == ids_of_others(migration, live, live + "__side"));
    if (!arrived.empty()) different += table + " " + arrived + "\n";
  }
  // A city with a blank at its end, in a customer and that customer's seven invoices; four track
  // names whose backslashes the MySQL script loses.
  CHECK(different ==
        "Customer 54\nInvoice 20 141 152 207 336 359 381\nTrack 3435 3448 3485 3499\n");
}

}  // namespace sluice::test::chinook
