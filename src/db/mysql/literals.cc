#include "db/mysql/literals.h"

#include <algorithm>

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

namespace sluice::db::mysql {
namespace {

/// True for characters that mean themselves between quotes in every sql_mode and character set.
bool is_plain(char c) noexcept { return c >= ' ' && c <= '~' && c != '\'' && c != '\\'; }

/// Length of what begins at `at`, if that is something in which ? is no parameter: a quoted text or
/// name, or a comment. 0 otherwise.
std::size_t opaque_length(std::string_view sql, std::size_t at) noexcept {
  const std::string_view rest = sql.substr(at);
  const auto until = [&](std::string_view end, std::size_t from) {
    const std::size_t found = rest.find(end, from);
    return found == std::string_view::npos ? rest.size() : found + end.size();
  };
  if (rest.starts_with("/*")) return until("*/", 2);
  if (rest.starts_with("-- ") || rest.starts_with("#")) return until("\n", 1);
  const char quote = rest.front();
  if (quote != '\'' && quote != '"' && quote != '`') return 0;
  for (std::size_t i = 1; i < rest.size(); ++i) {
    if (rest[i] == '\\' && quote != '`') {
      ++i;
    } else if (rest[i] == quote) {
      return i +
             1;  // a doubled quote is taken for two texts in a row, which ends at the same place
    }
  }
  return rest.size();
}

[[noreturn]] void fail_count(std::string_view sql) {
  throw model::Error(model::ErrorKind::internal,
                     "the statement has another number of parameters: " + std::string(sql));
}

}  // namespace

std::string text_literal(std::string_view text) {
  if (std::all_of(text.begin(), text.end(), is_plain)) return "'" + std::string(text) + "'";
  return "_utf8mb4 x'" + codec::to_hex(text) + "'";
}

std::string binary_literal(std::string_view bytes) { return "x'" + codec::to_hex(bytes) + "'"; }

std::string bind_literals(std::string_view sql, const std::vector<Parameter>& parameters) {
  std::string bound;
  bound.reserve(sql.size() + 32 * parameters.size());
  std::size_t next = 0;
  for (std::size_t i = 0; i < sql.size();) {
    const std::size_t opaque = opaque_length(sql, i);
    if (opaque > 0) {
      bound.append(sql.substr(i, opaque));
      i += opaque;
      continue;
    }
    if (sql[i] != '?') {
      bound += sql[i];
    } else {
      if (next == parameters.size()) fail_count(sql);
      const Parameter& value = parameters[next++];
      bound += value ? text_literal(*value) : "NULL";
    }
    ++i;
  }
  if (next != parameters.size()) fail_count(sql);
  return bound;
}

}  // namespace sluice::db::mysql
