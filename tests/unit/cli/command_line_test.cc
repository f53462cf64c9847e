#include "cli/command_line.h"

#include <catch2/catch_test_macros.hpp>

using sluice::cli::command_line;
using sluice::cli::shell_word;

TEST_CASE("words that a shell leaves alone stand as they are") {
  CHECK(shell_word("crm.json") == "crm.json");
  CHECK(shell_word("/etc/sluice/crm-2.json") == "/etc/sluice/crm-2.json");
  CHECK(shell_word("gr\xc3\xbcn.json") == "gr\xc3\xbcn.json");
}

TEST_CASE("all others are quoted") {
  CHECK(shell_word("my crm.json") == "'my crm.json'");
  CHECK(shell_word("$HOME/x") == "'$HOME/x'");
  CHECK(shell_word("it's") == R"('it'\''s')");
  CHECK(shell_word("~/crm.json") == "'~/crm.json'");
  CHECK(shell_word("") == "''");
}

TEST_CASE("a command line begins with the program's name") {
  CHECK(command_line({"verify", "--config", "my crm.json"}) ==
        "sluice verify --config 'my crm.json'");
}
