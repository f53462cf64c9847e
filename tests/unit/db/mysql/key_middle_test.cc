#include "db/mysql/key_middle.h"

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/mysql_types.h"

namespace sluice::db::mysql {
namespace {

ReadColumn column(const char* type, codec::Carrier carrier) {
  return {"k", codec::parse_mysql_type(type), carrier};
}

std::optional<std::string> middle(const ReadColumn& key, const char* low, const char* high) {
  return middle_key(key, low, high);
}

}  // namespace

TEST_CASE("the middle of two integers is above the lower and not above the higher") {
  const ReadColumn key = column("bigint", codec::Carrier::int8);
  CHECK(middle(key, "0", "10") == "5");
  CHECK(middle(key, "-10", "-9") == "-9");
  CHECK(middle(key, "-9223372036854775808", "9223372036854775807") == "0");
  CHECK_FALSE(middle(key, "7", "7"));
  const ReadColumn wide = column("bigint unsigned", codec::Carrier::numeric);
  CHECK(middle(wide, "0", "18446744073709551615") == "9223372036854775808");
  CHECK(middle(wide, "18446744073709551614", "18446744073709551615") == "18446744073709551615");
}

TEST_CASE("the middle of two byte strings lies in the eight bytes after their common start") {
  const ReadColumn key = column("binary(16)", codec::Carrier::uuid);
  CHECK(middle(key, "00000000-0000-0000-0000-000000000000",
               "ffffffff-ffff-ffff-ffff-ffffffffffff") == "80000000-0000-0000-0000-000000000000");
  CHECK(middle(key, "0190a0b0-0000-7000-8000-000000000000",
               "0190a0b0-0000-7000-8000-000000000010") == "0190a0b0-0000-7000-8000-000000000008");
  const ReadColumn bytes = column("varbinary(8)", codec::Carrier::bytea);
  CHECK(middle(bytes, "\\x", "\\xff") == "\\x7f");
  CHECK(middle(bytes, "\\x00", "\\x04") == "\\x02");
}

TEST_CASE("texts have a middle where they are uuids or hexadecimal, in their own spelling") {
  const ReadColumn key = column("char(36)", codec::Carrier::text);
  CHECK(middle(key, "A0000000-0000-0000-0000-000000000000",
               "F0000000-0000-0000-0000-000000000000") == "C8000000-0000-0000-0000-000000000000");
  CHECK(middle(key, "00ff", "ff00") == "7fff");
  CHECK_FALSE(middle(key, "adam", "zoe"));
  CHECK_FALSE(middle(column("enum('a','b')", codec::Carrier::text), "a", "b"));
}

}  // namespace sluice::db::mysql
