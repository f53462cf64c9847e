#include "sluice/schema/long_key.h"

namespace sluice::schema {
namespace {

std::string columns_of(const LongKey& key) {
  std::string columns;
  for (const LongKeyPart& part : key.parts) columns += (columns.empty() ? "" : ", ") + part.column;
  return columns;
}

std::string what_happens(const LongKey& key) {
  return key.unique ? "a row with a longer one would make its table fail at the end of the copy"
                    : "should a row have a longer one, the table arrives without the index";
}

std::string what_to_do(const LongKey& key) {
  return key.unique
             ? "make the table by hand with a unique index on a hash of the column, and take "
               "\"create\" out"
             : "make an index by hand then: USING hash, or on the beginnings of the values";
}

}  // namespace

model::Finding look_at_long_key(const LongKey& key, std::optional<std::uint64_t> longest) {
  model::Finding finding{model::Severity::warning, "index-key-size",
                         key.table.text() + "." + key.index, "", what_to_do(key)};
  const std::string limit = "the 2,704 bytes that PostgreSQL takes";
  const std::string keys = "keys of " + columns_of(key);
  if (!longest) {
    finding.message = keys + " may be longer than " + limit + ": " + what_happens(key);
  } else if (*longest > kMaxKeyBytes) {
    finding.message = "the longest of the " + keys + " has " + std::to_string(*longest) +
                      " bytes, more than " + limit + ": unless compression makes it fit, " +
                      (key.unique ? "the table fails at the end of the copy"
                                  : "the table arrives without the index");
  } else {
    finding.severity = model::Severity::note;
    finding.message = keys + " may be longer than " + limit + ", though the longest now has " +
                      std::to_string(*longest) + " bytes: " + what_happens(key);
  }
  return finding;
}

}  // namespace sluice::schema
