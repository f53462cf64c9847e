// Speed of the mapper. Every benchmark first checks all its rows against the slow mapper that the
// unit tests use, which shares nothing with the fast one but the rules.

#include <cstdio>
#include <cstdlib>
#include <string>
#include <vector>

#include <benchmark/benchmark.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/row_form.h"
#include "sluice/mapping/mapper.h"
#include "sluice/mapping/rules_json.h"

#include "../tests/unit/mapping/reference_mapper.h"

namespace {

using sluice::codec::Carrier;
using sluice::codec::RowBuffer;
using sluice::mapping::Mapper;
using sluice::mapping::Outcome;
using sluice::mapping::TableMapping;

constexpr int kRows = 1000;

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "mapping_bench: wrong answer: %s\n", what);
  std::abort();
}

sluice::mapping::TableRules rules_of(std::string_view json) {
  const auto document = sluice::codec::parse_json_or_throw(json, "rules.json");
  std::vector<sluice::model::Finding> findings;
  sluice::mapping::JsonProblems problems(document, findings);
  auto rules = sluice::mapping::rules_from_json(document.root(), problems);
  require(findings.empty(), "the rules");
  return rules;
}

void add(TableMapping& mapping, const std::string& name, Carrier from, Carrier to) {
  sluice::mapping::SourceField source;
  source.name = name;
  source.carrier = from;
  source.nullable = false;
  mapping.source.push_back(source);
  sluice::mapping::TargetField target;
  target.name = name;
  target.carrier = to;
  mapping.target.push_back(target);
}

/// Twenty columns and about 485 bytes, like the wide table that movers are compared with.
TableMapping wide(Carrier id, int max_characters) {
  TableMapping mapping;
  add(mapping, "id", Carrier::int4, id);
  for (int i = 0; i < 9; ++i) add(mapping, "n" + std::to_string(i), Carrier::int8, Carrier::int8);
  for (int i = 0; i < 10; ++i) add(mapping, "t" + std::to_string(i), Carrier::text, Carrier::text);
  if (max_characters > 0) {
    for (auto& target : mapping.target) {
      if (target.carrier == Carrier::text)
        target.fit.max_characters = static_cast<std::size_t>(max_characters);
    }
  }
  std::string columns;
  for (const auto& target : mapping.target) {
    columns += (columns.empty() ? "\"" : ",\"") + target.name + "\":\"" + target.name + "\"";
  }
  mapping.rules = rules_of("{\"columns\":{" + columns + "}}");
  return mapping;
}

/// The same from a MySQL server's latin1: every text is looked at.
TableMapping wide_latin1() {
  TableMapping mapping = wide(Carrier::int8, 0);
  for (auto& field : mapping.source) {
    if (field.carrier == Carrier::text) field.type.charset = "latin1";
  }
  return mapping;
}

RowBuffer wide_rows(const std::string& text = std::string(34, 'x')) {
  RowBuffer rows;
  for (int row = 0; row < kRows; ++row) {
    rows.begin_row(20);
    rows.put_int32(row);
    for (int i = 0; i < 9; ++i) rows.put_int64(row * 1000 + i);
    for (int i = 0; i < 10; ++i) rows.put_bytes(text);
    rows.end_row();
  }
  return rows;
}

/// The article's customers: names joined, statuses mapped, an amount parsed.
TableMapping customers() {
  TableMapping mapping;
  for (const char* name : {"first", "last", "status", "amount", "note"})
    add(mapping, name, Carrier::text, Carrier::text);
  mapping.target.clear();
  for (const auto& [name, carrier] :
       {std::pair("name", Carrier::text), std::pair("status", Carrier::text),
        std::pair("amount", Carrier::numeric), std::pair("note", Carrier::text)}) {
    sluice::mapping::TargetField target;
    target.name = name;
    target.carrier = carrier;
    mapping.target.push_back(target);
  }
  mapping.target[2].fit.precision = 12;
  mapping.target[2].fit.scale = 2;
  mapping.rules = rules_of(R"({"columns": {
    "name": {"concat": [{"column": "first", "steps": ["trim", "collapse_spaces", {"strip_prefixes": ["Dr. ", "Dr ", "Mrs. "]}], "missing": "skip"},
                        {"column": "last", "steps": ["trim"], "missing": "skip"}], "separator": " ", "lossy": true},
    "status": {"from": "status", "steps": ["trim", {"map": {"trial": "pending", "active": "current", "suspended": "on_hold"}, "otherwise": "quarantine"}]},
    "amount": {"from": "amount", "steps": [{"number": {"decimal": ",", "group": "."}}]},
    "note": "note"}})");
  return mapping;
}

RowBuffer customer_rows() {
  constexpr const char* kFirst[] = {"Ada", " Grace  Brewster", "Dr. Alan", "Acme GmbH"};
  constexpr const char* kStatus[] = {"trial", "active", "suspended", "active "};
  RowBuffer rows;
  const std::string note(120, 'n');
  for (int row = 0; row < kRows; ++row) {
    rows.begin_row(5);
    rows.put_bytes(std::string_view(kFirst[row % 4]));
    if (row % 4 == 3) {
      rows.put_null();
    } else {
      rows.put_bytes(std::string_view("Lovelace"));
    }
    rows.put_bytes(std::string_view(kStatus[row % 4]));
    rows.put_bytes("1." + std::to_string(100 + row % 900) + ",50");
    rows.put_bytes(note);
    rows.end_row();
  }
  return rows;
}

void check(const TableMapping& mapping, const RowBuffer& rows) {
  Mapper mapper(mapping);
  RowBuffer target;
  RowBuffer rest;
  for (std::size_t i = 0; i < rows.rows(); ++i) {
    const auto expected = reference_mapper::map(mapping, rows.row(i));
    const Outcome outcome = mapper.map(rows.row(i), {}, target, rest);
    require((outcome == Outcome::mapped) == expected.has_value(), "the outcome");
    if (expected) require(target.row(target.rows() - 1) == *expected, "the row");
  }
}

void run(benchmark::State& state, const TableMapping& mapping, const RowBuffer& rows) {
  check(mapping, rows);
  Mapper mapper(mapping);
  RowBuffer target;
  RowBuffer rest;
  for (auto _ : state) {
    target.clear();
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      benchmark::DoNotOptimize(mapper.map(rows.row(i), {}, target, rest));
    }
    benchmark::DoNotOptimize(target.bytes().data());
  }
  state.SetItemsProcessed(state.iterations() * kRows);
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(rows.byte_count()));
}

void map_wide_identity(benchmark::State& state) { run(state, wide(Carrier::int4, 0), wide_rows()); }
void map_wide_one_cast(benchmark::State& state) { run(state, wide(Carrier::int8, 0), wide_rows()); }
void map_wide_all_checked(benchmark::State& state) {
  run(state, wide(Carrier::int8, 40), wide_rows());
}
void map_wide_latin1(benchmark::State& state) { run(state, wide_latin1(), wide_rows()); }
void map_wide_latin1_accents(benchmark::State& state) {
  run(state, wide_latin1(), wide_rows("Caf\u00e9 M\u00fcller, Stra\u00dfe des 17. Juni"));
}
void map_customers(benchmark::State& state) { run(state, customers(), customer_rows()); }

BENCHMARK(map_wide_identity);
BENCHMARK(map_wide_one_cast);
BENCHMARK(map_wide_all_checked);
BENCHMARK(map_wide_latin1);
BENCHMARK(map_wide_latin1_accents);
BENCHMARK(map_customers);

}  // namespace
