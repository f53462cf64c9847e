#include "db/mysql/grants.h"

#include <algorithm>
#include <array>

namespace sluice::db::mysql {
namespace {

/// Privileges by which rows can change or go, or by which somebody can give himself such a
/// privilege. Names of both servers.
constexpr std::array<std::string_view, 17> kWriting{
    "ALL PRIVILEGES",
    "INSERT",
    "UPDATE",
    "DELETE",
    "DELETE HISTORY",
    "DROP",
    "ALTER",
    "SUPER",
    "CREATE USER",
    "ROLE_ADMIN",
    // Statements of a binary log, or a whole server's data, put in the place of what is there.
    "BINLOG REPLAY",
    "BINLOG_ADMIN",
    "REPLICATION_APPLIER",
    "CLONE_ADMIN",
    // Somebody else's privileges.
    "SET USER",
    "SET_USER_ID",
    "SET_ANY_DEFINER",
};

bool is_writing(std::string_view privilege) noexcept {
  return std::find(kWriting.begin(), kWriting.end(), privilege) != kWriting.end();
}

/// Takes what stands before `end`, outside quotes and brackets, and `end` itself; all of the text,
/// and false, where there is no such place.
bool take_until(std::string_view& text, std::string_view end, std::string_view& taken) noexcept {
  int depth = 0;
  char quote = 0;
  for (std::size_t i = 0; i < text.size(); ++i) {
    const char c = text[i];
    if (quote != 0) {
      if (c == quote) quote = 0;  // a doubled quote closes and opens at once
    } else if (c == '`' || c == '\'') {
      quote = c;
    } else if (depth == 0 && text.substr(i).starts_with(end)) {
      taken = text.substr(0, i);
      text.remove_prefix(i + end.size());
      return true;
    } else if (c == '(') {
      ++depth;
    } else if (c == ')') {
      --depth;
    }
  }
  taken = text;
  text = {};
  return false;
}

/// "`w\_x`" is w\_x.
std::string unquoted(std::string_view name) {
  if (name.size() < 2 || name.front() != '`') return std::string(name);
  std::string out;
  for (std::size_t i = 1; i + 1 < name.size(); ++i) {
    out += name[i];
    if (name[i] == '`') ++i;
  }
  return out;
}

std::string without_columns(std::string_view privilege) {
  const std::size_t bracket = privilege.find(" (");
  return std::string(privilege.substr(0, bracket));
}

/// LIKE, as the servers match database names of grants.
bool matches(std::string_view pattern, std::string_view name) noexcept {
  if (pattern.empty()) return name.empty();
  if (pattern.front() == '%') {
    for (std::size_t i = 0; i <= name.size(); ++i) {
      if (matches(pattern.substr(1), name.substr(i))) return true;
    }
    return false;
  }
  const bool escaped = pattern.front() == '\\' && pattern.size() > 1;
  if (escaped) pattern.remove_prefix(1);
  if (name.empty()) return false;
  if (name.front() != pattern.front() && (escaped || pattern.front() != '_')) return false;
  return matches(pattern.substr(1), name.substr(1));
}

bool concerns(const Grant& grant, const model::QualifiedName& table) noexcept {
  if (grant.schema != "*" && !matches(grant.schema, table.schema)) return false;
  return grant.table == "*" || grant.table == table.table;
}

}  // namespace

Grant read_grant(std::string_view line) {
  Grant grant;
  std::string_view privileges;
  std::string_view object;
  std::string_view schema;
  if (!line.starts_with("GRANT ")) return grant;
  line.remove_prefix(6);
  if (!take_until(line, " ON ", privileges) || !take_until(line, " TO ", object)) return grant;
  if (object.starts_with("TABLE ")) object.remove_prefix(6);
  const bool quoted = object.starts_with("`") || object.starts_with("*");  // not PROCEDURE `p`
  if (!quoted || !take_until(object, ".", schema)) return grant;
  grant.schema = unquoted(schema);
  grant.table = unquoted(object);
  while (!privileges.empty()) {
    std::string_view privilege;
    take_until(privileges, ",", privilege);
    // MySQL puts no blank between those that plugins and later versions have brought.
    if (privileges.starts_with(" ")) privileges.remove_prefix(1);
    grant.privileges.push_back(without_columns(privilege));
  }
  return grant;
}

std::vector<std::string> writing_privileges(const Grant& grant,
                                            const std::vector<model::QualifiedName>& tables) {
  const bool concerned = tables.empty() || std::any_of(tables.begin(), tables.end(),
                                                       [&](const model::QualifiedName& table) {
                                                         return concerns(grant, table);
                                                       });
  std::vector<std::string> found;
  if (!concerned) return found;
  for (const std::string& privilege : grant.privileges) {
    if (is_writing(privilege))
      found.push_back(privilege + " on " + grant.schema + "." + grant.table);
  }
  return found;
}

bool gives_one_of(const std::vector<Grant>& grants,
                  std::initializer_list<std::string_view> privileges,
                  const model::QualifiedName& table) {
  const auto is_wanted = [&](const std::string& privilege) {
    return privilege == "ALL PRIVILEGES" ||
           std::ranges::find(privileges, privilege) != privileges.end();
  };
  return std::ranges::any_of(grants, [&](const Grant& grant) {
    return std::ranges::any_of(grant.privileges, is_wanted) && concerns(grant, table);
  });
}

}  // namespace sluice::db::mysql
