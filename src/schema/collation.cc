#include "schema/collation.h"

#include <string_view>

#include "sluice/codec/mysql_types.h"

namespace sluice::schema {
namespace {

bool is_text(const model::ColumnType& type) {
  return codec::mysql_kind(type) == codec::MysqlKind::character;
}

/// "utf8mb4_0900_bin" and MariaDB's "utf8mb4_nopad_bin", "uca1400_nopad_ai_ci".
bool is_without_padding(std::string_view collation) {
  return collation == "binary" || collation.find("_0900_") != std::string_view::npos ||
         collation.find("nopad") != std::string_view::npos;
}

bool is_binary(std::string_view collation) {
  return collation == "binary" || collation.ends_with("_bin");
}

}  // namespace

bool compares_by_bytes(const model::ColumnType& type) {
  // char has no blanks at its end.
  return !is_text(type) ||
         (is_binary(type.collation) && (type.base == "char" || !pads_with_blanks(type)));
}

bool pads_with_blanks(const model::ColumnType& type) {
  return is_text(type) && !is_without_padding(type.collation);
}

bool compares_by_bytes_but_blanks(const model::ColumnType& type) {
  return !is_text(type) || is_binary(type.collation);
}

}  // namespace sluice::schema
