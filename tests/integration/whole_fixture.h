#pragma once

#include <string>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"

#include "chinook_fixture.h"
#include "field_data.h"
#include "support/dump_diff.h"
#include "support/promises.h"
#include "support/whole_database.h"

/// Databases of other people, whole, in three commands, from MariaDB and from MySQL: what arrived
/// is compared by each server's own words for its rows and promises, by nothing that sluice says of
/// itself.
namespace sluice::test {

/// How many tables a verification found equal; -1 where it found something else.
inline int equal_tables(const WholeDatabase& whole) {
  const RunResult verified = whole.sluice("verify", {"--json"});
  const codec::JsonDocument report = codec::parse_json_or_throw(verified.out, "verify");
  if (report.root().at("outcome").as_string() != "equal") return -1;
  int equal = 0;
  for (const codec::JsonValue& table : report.root().at("tables").items()) {
    if (table.at("outcome").as_string() != "equal") return -1;
    ++equal;
  }
  return equal;
}

inline void check_arrived_whole(const WholeDatabase& whole, int tables) {
  CHECK(equal_tables(whole) == tables);
  CHECK(whole.target().value("SELECT count(*) FROM sluice.quarantine") == "0");
  CHECK(whole.target().value("SELECT count(*) FROM pg_tables WHERE schemaname = 'public'") ==
        std::to_string(tables));
  CHECK(numbers_given_again(whole.target()) == "");
}

/// CiviCRM with its sample data, moved.
struct Civicrm {
  explicit Civicrm(MysqlFamilyServer& server) : source(server) {}

  MysqlFamilyDatabase source;
  std::string loaded = load();
  WholeDatabase whole{reader_url(source)};
  std::string failure = whole.move();

  [[nodiscard]] std::string load() const {
    const std::filesystem::path data = field_data("civicrm");
    for (const char* const file : {"civicrm.mysql", "civicrm_generated.mysql"}) {
      source.run(field_text(data / file));
    }
    return source.name();
  }
};

#define NEEDS_FIELD_DATA(folder)                  \
  if (::sluice::test::field_data(folder).empty()) \
  SKIP("no field data: set SLUICE_FIELD_DATA to a folder that holds " folder "/")

inline void check_rows_arrived(const Civicrm& civi) {
  check_arrived_whole(civi.whole, 154);
  CHECK(dump_difference(civi.source, civi.whole.target()) == "");
}

inline void check_promises_arrived(const Civicrm& civi) {
  const Promises there = promises_of(civi.source);
  CHECK(there.size() > 3800);
  // Two prefixes that may as well be whole columns; what needs a trigger.
  CHECK(promises_difference(there, promises_of(civi.whole.target())) ==
        "- civicrm_activity.modified_date: set on update\n"
        "- civicrm_case.modified_date: set on update\n"
        "- civicrm_contact.modified_date: set on update\n"
        "- civicrm_cxn.modified_date: set on update\n"
        "- civicrm_mailing.modified_date: set on update\n"
        "- civicrm_option_value: index (name(128), option_group_id)\n"
        "- civicrm_option_value: index (value(128), option_group_id)\n"
        "+ civicrm_option_value: index (name, option_group_id)\n"
        "+ civicrm_option_value: index (value, option_group_id)\n");
}

inline void check_chinook_arrives(MysqlFamilyServer& server) {
  const MysqlFamilyDatabase source(server);
  source.run(chinook::script_after(field_data("chinook") / "Chinook_MySql.sql", "USE "));
  const WholeDatabase whole(reader_url(source));
  REQUIRE(whole.move() == "");
  check_arrived_whole(whole, 11);
  CHECK(dump_difference(source, whole.target()) == "");
  CHECK(promises_difference(promises_of(source), promises_of(whole.target())) == "");
}

}  // namespace sluice::test
