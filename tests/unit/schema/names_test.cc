#include "sluice/schema/names.h"

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

namespace sluice::schema {
namespace {

constexpr std::string_view kSideSuffix = "__side";

TEST_CASE("short names only get the suffix") {
  CHECK(derived_name("customers", kSideSuffix) == "customers__side");
  const std::string longest(kMaxNameBytes - kSideSuffix.size(), 'x');
  CHECK(derived_name(longest, kSideSuffix) == longest + "__side");
}

TEST_CASE("long names stay within the limit and apart from each other") {
  const std::string a = std::string(60, 'x') + "_ab";
  const std::string b = std::string(60, 'x') + "_cd";
  const std::string side_a = derived_name(a, kSideSuffix);
  CHECK(side_a.size() == kMaxNameBytes);
  CHECK(side_a.ends_with("__side"));
  CHECK(side_a != derived_name(b, kSideSuffix));
  CHECK(side_a == derived_name(a, kSideSuffix));
}

TEST_CASE("a name is never cut inside a character") {
  for (std::size_t before = 0; before < 4; ++before) {
    std::string name(before, 'x');
    while (name.size() < 60) name += "\xE2\x82\xAC";  // the euro sign
    const std::string side = derived_name(name, kSideSuffix);
    CHECK(side.size() <= kMaxNameBytes);
    const std::size_t kept = side.size() - kSideSuffix.size() - 9;
    CHECK((kept - before) % 3 == 0);
    CHECK(side.substr(0, kept) == name.substr(0, kept));
  }
}

}  // namespace
}  // namespace sluice::schema
