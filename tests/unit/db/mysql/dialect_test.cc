#include "db/mysql/dialect.h"

#include <catch2/catch_test_macros.hpp>

namespace sluice::db::mysql {

TEST_CASE("expressions of MySQL lose the second coat of UTF-8 that its catalogue gives them") {
  const auto sql = [](const std::string& printed) {
    return expression_sql(model::Engine::mysql, printed);
  };
  CHECK(sql(R"(concat(`n`,_utf8mb4\'it\\\'s\'))") == R"(concat(`n`,_utf8mb4'it\'s'))");
  // U+00E9, U+20AC and U+1F600, in a name too.
  CHECK(sql("concat(`\xc3\x83\xc2\xa9`,\\'"
            "\xc3\xa2\xc2\x82\xc2\xac\xc3\xb0\xc2\x9f\xc2\x98\xc2\x80\\')") ==
        "concat(`\xc3\xa9`,'\xe2\x82\xac\xf0\x9f\x98\x80')");
  // As they should be.
  CHECK(sql("\\'\xc3\xa9\\'") == "'\xc3\xa9'");
  CHECK(sql("\\'\xe2\x82\xac\\'") == "'\xe2\x82\xac'");
  CHECK(expression_sql(model::Engine::mariadb, "'\xc3\x83\xc2\xa9'") == "'\xc3\x83\xc2\xa9'");
}

}  // namespace sluice::db::mysql
