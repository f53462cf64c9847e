#pragma once

#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"

namespace sluice::db::mysql {

/// One line of SHOW GRANTS that gives privileges.
struct Grant {
  std::vector<std::string> privileges;  // "DELETE"; lists of columns are left out
  std::string schema;                   // "*" for all; may be a pattern with % _ \_
  std::string table;                    // "*" for all
};

/// Reads a line of SHOW GRANTS. Roles, proxies and routines give a grant without privileges.
[[nodiscard]] Grant read_grant(std::string_view line);

/// Those of the grant's privileges that can change rows of one of the tables, of any table where
/// none is named: "DELETE on crm.*". What a routine, an event or a trigger may do with somebody
/// else's privileges is not seen.
[[nodiscard]] std::vector<std::string> writing_privileges(
    const Grant& grant, const std::vector<model::QualifiedName>& tables);

/// Whether one of the grants gives one of the privileges on a table; with an empty name of the
/// table, on all of its schema.
[[nodiscard]] bool gives_one_of(const std::vector<Grant>& grants,
                                std::initializer_list<std::string_view> privileges,
                                const model::QualifiedName& table);

/// Those of the connected user that are in use: of roles that are not, the server shows nothing.
[[nodiscard]] std::vector<Grant> grants_in_use(SqlSession& session);

}  // namespace sluice::db::mysql
