#include "db/mysql/option_file.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/model/error.h"

namespace sluice::db::mysql {

TEST_CASE("an option file tells the address in its groups, the later line winning") {
  const char* const text =
      "# comment\n; comment\nhost=outside\n[client]\nuser = me\npassword = x\nhost = \"one\"\r\n"
      "port=3307\n[mysqld]\nsocket=/other\n[ crm ]\nhost='two'\nsocket = /run/s\n[client-server]\n"
      "protocol=tcp\n";
  const OptionFileAddress crm = read_option_text(text, "crm");
  CHECK(crm.host == "two");
  CHECK(crm.socket == "/run/s");
  CHECK(crm.port == 3307);
  CHECK(crm.tcp);
  CHECK_FALSE(crm.includes);
  const OptionFileAddress plain = read_option_text(text, "");
  CHECK(plain.host == "one");
  CHECK(plain.socket.empty());
}

TEST_CASE("an option file that includes others says so, and a bad port is refused") {
  CHECK(read_option_text("!includedir /etc/mysql\n", "").includes);
  CHECK_THROWS_AS(read_option_text("[client]\nport=33o6", ""), model::Error);
  CHECK_THROWS_AS(read_option_text("[client]\nport=99999", ""), model::Error);
  CHECK_THROWS_AS(read_option_file("/nonexistent/my.cnf", ""), model::Error);
  CHECK(read_option_text("[client]\nhost", "").host.empty());
  CHECK(read_option_text("[client", "").host.empty());
}

}  // namespace sluice::db::mysql
