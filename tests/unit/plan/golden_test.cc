#include <cstdlib>
#include <fstream>
#include <iterator>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/plan/draft.h"
#include "sluice/plan/script.h"

#include "example.h"

namespace sluice::plan {
namespace {

std::string golden(const std::string& name) {
  std::ifstream file(std::string(SLUICE_SOURCE_DIR) + "/tests/unit/plan/golden/" + name);
  REQUIRE(file);
  return {std::istreambuf_iterator<char>(file), {}};
}

std::string pretty(const std::string& json) {
  codec::JsonWriter writer(codec::JsonWriter::Style::pretty);
  writer.value(codec::parse_json_or_throw(json, "plan").root());
  return writer.take();
}

Plan small_plan() {
  config::Config config = example::config();
  mapping::Rule email = mapping::rename_rule("email", "email");
  std::get<mapping::FromColumn>(email.cases[0].value).steps = {mapping::Trim{},
                                                               mapping::Truncate{100}};
  email.lossy = true;
  email.keep_rest = true;
  config.tables[0].rules.rules.push_back(email);
  const Draft draft =
      plan::draft(config, "0123", example::source_catalog(), example::target_catalog());
  REQUIRE(draft.plan);
  return *draft.plan;
}

/// Plans outlive the program that made them: a change that these files show needs a new version, or
/// a good reason why old plans still mean the same. plan.json is the plan's text laid out; it was
/// compared by hand with example.h.
TEST_CASE("the plan of the small migration is the one on file") {
  const std::string text = to_json(small_plan());
  CHECK(pretty(text) == golden("plan.json"));
  CHECK(codec::canonical_json(golden("plan.json")) == text);
}

TEST_CASE("the script of the small migration is the one on file") {
  CHECK(copy_script(small_plan()) == golden("copy.sql"));
}

TEST_CASE("a line feed in a name makes no SQL of a script's remark") {
  Plan plan = small_plan();
  plan.tables[0].source.table = plan.tables[0].target.table = "a\nDROP TABLE t; --";
  const std::string script = copy_script(plan);
  CHECK(script.find("\nDROP") == std::string::npos);
  CHECK(script.find("-- side table of crm.a\\nDROP TABLE t; --\n") != std::string::npos);
}

}  // namespace
}  // namespace sluice::plan
