#pragma once

#include <string>
#include <string_view>
#include <vector>

/// What SHOW CREATE TABLE prints, for what information_schema hides from a user who may only read.
namespace sluice::db::mysql {

/// The columns, keys and constraints between the outer brackets, one text each, as printed. Quoted
/// names and texts are whole, whatever they hold.
[[nodiscard]] std::vector<std::string> definitions_of(std::string_view create_table);

/// Of a foreign key: what follows ON DELETE and ON UPDATE; empty where nothing does.
struct ReferentialRules {
  std::string on_delete;
  std::string on_update;
};
/// "CONSTRAINT `name` FOREIGN KEY ..." among the definitions; empty rules where there is none.
[[nodiscard]] ReferentialRules rules_of(const std::vector<std::string>& definitions,
                                        const std::string& foreign_key);

}  // namespace sluice::db::mysql
