#include <string>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "copy/attempt.h"
#include "copy/trial_cut.h"

namespace sluice::copy {

using model::ErrorKind;

TEST_CASE("only an answer to what was said is a refusal, a full disk is none") {
  for (const ErrorKind kind : {ErrorKind::data, ErrorKind::config, ErrorKind::drift}) {
    CHECK(is_refusal(model::Error(kind, "no")));
    CHECK_FALSE(is_refusal(model::Error(kind, "later", model::Retry::same_session)));
  }
  for (const ErrorKind kind : {ErrorKind::storage, ErrorKind::connection, ErrorKind::interrupted,
                               ErrorKind::internal, ErrorKind::locked}) {
    CHECK_FALSE(is_refusal(model::Error(kind, "no")));
  }
}

namespace {

plan::NewTable table_of(const std::string& name, std::size_t indexes) {
  plan::NewTable table;
  table.design.table.name = {"app", name};
  table.design.table.indexes.resize(indexes);
  return table;
}

using Texts = std::vector<std::string>;

/// "parent parent: table table", a portion each.
Texts portions_of(std::vector<plan::NewTable> tables) {
  Texts texts;
  for (const TrialPortion& portion : cut_trial(tables)) {
    std::string& text = texts.emplace_back();
    for (const auto* const parent : portion.parents) text += parent->design.table.name.table + " ";
    text += ":";
    for (const auto* const table : portion.tables) text += " " + table->design.table.name.table;
  }
  return texts;
}

}  // namespace

TEST_CASE("a trial is cut by what its tables hold locks on, not by their number") {
  std::vector<plan::NewTable> heavy(190, table_of("t", 60));
  const auto portions = cut_trial(heavy);
  const std::size_t count = portions.front().tables.size();
  CHECK(count * relations_of(heavy.front()) <= kRelationsAtOnce);
  CHECK((count + 1) * relations_of(heavy.front()) > kRelationsAtOnce);
  std::vector<plan::NewTable> light(200);
  CHECK(cut_trial(light).size() == 1);
}

TEST_CASE("a table that is too large for a trial is tried all the same") {
  CHECK(portions_of({table_of("a", kRelationsAtOnce), table_of("b", 0)}) == Texts{": a", ": b"});
}

TEST_CASE("a trial makes the partitioned tables of its own partitions, and families together") {
  std::vector<plan::NewTable> tables;
  for (const char* const name : {"p", "q", "q_middle"}) {
    tables.push_back(table_of(name, 1));
    tables.back().design.table.partition_key = "RANGE (id)";
  }
  tables[2].kin.place = plan::Place{{"app", "q"}, "DEFAULT"};
  const auto add = [&tables](const std::string& name, const std::string& parent) {
    // Two of them are a portion, with what they are parts of.
    tables.push_back(table_of(name, kRelationsAtOnce / 2 - 12));
    if (!parent.empty()) tables.back().kin.place = plan::Place{{"app", parent}, "..."};
  };
  for (const char* const number : {"1", "2"}) {
    add(std::string("q_middle_") + number, "q_middle");
    add(std::string("p_") + number, "p");
    add(std::string("plain_") + number, "");
    add(std::string("of_one_that_is_there_") + number, "other");
  }
  CHECK(portions_of(tables) == Texts{": plain_1 of_one_that_is_there_1",
                                     ": plain_2 of_one_that_is_there_2", "p : p_1 p_2",
                                     "q q_middle : q_middle_1 q_middle_2"});
}

}  // namespace sluice::copy
