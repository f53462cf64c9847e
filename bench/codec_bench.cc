// Speed of the codec's hot paths. Every benchmark first checks its answer against a slow way that
// shares no code with it.

#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <string>
#include <string_view>
#include <vector>

#include <benchmark/benchmark.h>

#include "sluice/codec/datetime.h"
#include "sluice/codec/digest.h"
#include "sluice/codec/hex.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/jsonb_text.h"
#include "sluice/codec/numeric.h"
#include "sluice/codec/row_form.h"
#include "sluice/codec/utf8.h"

namespace {

using sluice::codec::Problem;
using sluice::codec::RowBuffer;

constexpr int kRows = 1000;

void require(bool right, const char* what) {
  if (right) return;
  std::fprintf(stderr, "codec_bench: wrong answer: %s\n", what);
  std::abort();
}

std::string pattern(std::size_t size) {
  std::string out(size, ' ');
  for (std::size_t i = 0; i < size; ++i) out[i] = static_cast<char>('a' + i * 7 % 26);
  return out;
}

/// A row of 20 fields and 421 bytes, like those of the crm table.
void put_crm_row(RowBuffer& rows, std::int64_t id, std::string_view text) {
  rows.begin_row(20);
  rows.put_int64(id);
  for (int i = 0; i < 4; ++i) rows.put_int32(static_cast<std::int32_t>(id) + i);
  for (int i = 0; i < 8; ++i) rows.put_bytes(text.substr(0, 35));
  rows.put_int16(7);
  rows.put_null();
  rows.put_float8(1.5);
  rows.put_bool(true);
  rows.put_int64(id * 1'000'000);
  rows.put_jsonb(text.substr(0, 15));
  rows.put_null();
  rows.end_row();
}

void append_naively(std::string& out, std::uint64_t value, int bytes) {
  for (int i = bytes - 1; i >= 0; --i) out += static_cast<char>(value >> (8 * i) & 0xffU);
}

std::string naive_crm_row(std::int64_t id, const std::string& text) {
  std::string out;
  const auto field = [&](std::uint64_t value, int bytes) {
    append_naively(out, static_cast<std::uint64_t>(bytes), 4);
    append_naively(out, value, bytes);
  };
  append_naively(out, 20, 2);
  field(static_cast<std::uint64_t>(id), 8);
  for (int i = 0; i < 4; ++i) field(static_cast<std::uint64_t>(id + i), 4);
  for (int i = 0; i < 8; ++i) {
    append_naively(out, 35, 4);
    out += text.substr(0, 35);
  }
  field(7, 2);
  append_naively(out, 0xffffffff, 4);
  field(0x3ff8000000000000, 8);
  field(1, 1);
  field(static_cast<std::uint64_t>(id * 1'000'000), 8);
  append_naively(out, 16, 4);
  out += '\1' + text.substr(0, 15);
  append_naively(out, 0xffffffff, 4);
  return out;
}

RowBuffer crm_rows() {
  const std::string text = pattern(64);
  RowBuffer rows;
  for (int i = 0; i < kRows; ++i) put_crm_row(rows, i, text);
  return rows;
}

void count_rows(benchmark::State& state, std::size_t rows, std::size_t bytes) {
  state.SetItemsProcessed(state.iterations() * static_cast<std::int64_t>(rows));
  state.SetBytesProcessed(state.iterations() * static_cast<std::int64_t>(bytes));
}

void write_rows(benchmark::State& state) {
  const std::string text = pattern(64);
  RowBuffer rows;
  put_crm_row(rows, 123456789, text);
  require(rows.bytes() == naive_crm_row(123456789, text), "row form");
  for (auto unused : state) {
    static_cast<void>(unused);
    rows.clear();
    for (int i = 0; i < kRows; ++i) put_crm_row(rows, i, text);
    benchmark::DoNotOptimize(rows.bytes().data());
  }
  count_rows(state, kRows, rows.byte_count());
}
BENCHMARK(write_rows);

void read_rows(benchmark::State& state) {
  const RowBuffer rows = crm_rows();
  std::vector<sluice::codec::Field> fields;
  sluice::codec::parse_fields(rows.row(5), fields);
  require(fields.size() == 20 && fields[5].bytes == pattern(35) && fields[14].null, "fields");
  for (auto unused : state) {
    static_cast<void>(unused);
    for (std::size_t i = 0; i < rows.rows(); ++i) {
      sluice::codec::parse_fields(rows.row(i), fields);
      benchmark::DoNotOptimize(fields.data());
    }
  }
  count_rows(state, rows.rows(), rows.byte_count());
}
BENCHMARK(read_rows);

void digest_rows(benchmark::State& state, sluice::codec::DigestAlgorithm algorithm) {
  const RowBuffer rows = crm_rows();
  sluice::codec::RowHasher hasher(algorithm, 42);
  sluice::codec::RowSetDigest forward(algorithm);
  forward.add_rows(hasher, rows);
  sluice::codec::RowSetDigest backward(algorithm);
  for (std::size_t i = rows.rows(); i-- > 0;) backward.add(hasher, std::string(rows.row(i)));
  require(forward == backward && forward.count() == kRows, "digest");
  for (auto unused : state) {
    static_cast<void>(unused);
    sluice::codec::RowSetDigest digest(algorithm);
    digest.add_rows(hasher, rows);
    benchmark::DoNotOptimize(digest);
  }
  count_rows(state, rows.rows(), rows.byte_count());
}
BENCHMARK_CAPTURE(digest_rows, xxh3_128, sluice::codec::DigestAlgorithm::xxh3_128);
BENCHMARK_CAPTURE(digest_rows, sha256, sluice::codec::DigestAlgorithm::sha256);

/// Digits to base 10000 by long division of nothing: cut the padded text every four digits from the
/// point.
std::string naive_numeric(const std::string& text) {
  const bool negative = text[0] == '-';
  const std::string digits = negative ? text.substr(1) : text;
  const std::size_t dot = digits.find('.');
  std::string whole = digits.substr(0, dot);
  std::string fraction = dot == std::string::npos ? "" : digits.substr(dot + 1);
  const std::size_t scale = fraction.size();
  while (whole.size() % 4 != 0) whole.insert(0, 1, '0');
  while (fraction.size() % 4 != 0) fraction += '0';
  auto weight = static_cast<int>(whole.size() / 4) - 1;
  std::vector<int> groups;
  for (std::size_t i = 0; i < whole.size() + fraction.size(); i += 4) {
    groups.push_back(std::stoi((whole + fraction).substr(i, 4)));
  }
  while (!groups.empty() && groups.front() == 0) {
    groups.erase(groups.begin());
    --weight;
  }
  while (!groups.empty() && groups.back() == 0) groups.pop_back();
  std::string out;
  append_naively(out, groups.size(), 2);
  append_naively(out, static_cast<std::uint64_t>(groups.empty() ? 0 : weight), 2);
  append_naively(out, negative && !groups.empty() ? 0x4000 : 0, 2);
  append_naively(out, scale, 2);
  for (const int group : groups) append_naively(out, static_cast<std::uint64_t>(group), 2);
  return out;
}

void put_numerics(benchmark::State& state) {
  std::vector<std::string> texts;
  for (int i = 0; i < kRows; ++i) {
    texts.push_back((i % 5 == 0 ? "-" : "") + std::to_string(i * 977) + "." +
                    std::to_string(10 + i % 90));
  }
  for (const std::string& text : texts) {
    std::string binary;
    require(sluice::codec::numeric_from_text(text, binary) == Problem::none, "numeric");
    require(binary == naive_numeric(text), "numeric bytes");
  }
  RowBuffer rows;
  for (auto unused : state) {
    static_cast<void>(unused);
    rows.clear();
    rows.begin_row(kRows);
    for (const std::string& text : texts) benchmark::DoNotOptimize(put_numeric(rows, text));
    rows.end_row();
  }
  count_rows(state, kRows, rows.byte_count());
}
BENCHMARK(put_numerics);

void print_numerics(benchmark::State& state) {
  std::string binary;
  std::string text;
  require(sluice::codec::numeric_from_text("-1234567.8900", binary) == Problem::none, "numeric");
  require(sluice::codec::numeric_to_text(binary, text) && text == "-1234567.8900", "numeric text");
  for (auto unused : state) {
    static_cast<void>(unused);
    text.clear();
    benchmark::DoNotOptimize(sluice::codec::numeric_to_text(binary, text));
  }
  count_rows(state, 1, binary.size());
}
BENCHMARK(print_numerics);

void make_timestamps(benchmark::State& state) {
  for (std::int64_t seconds = 0; seconds < 4'000'000'000; seconds += 86'400 * 11 + 3'601) {
    const std::time_t time = seconds;
    std::tm parts{};
    gmtime_r(&time, &parts);
    std::int64_t micros = 0;
    const Problem problem = sluice::codec::timestamp_from_fields(
        {parts.tm_year + 1900, parts.tm_mon + 1, parts.tm_mday},
        {parts.tm_hour, parts.tm_min, parts.tm_sec, 0}, micros);
    require(problem == Problem::none && micros == (seconds - 946'684'800) * 1'000'000, "timestamp");
  }
  int day = 1;
  for (auto unused : state) {
    static_cast<void>(unused);
    std::int64_t micros = 0;
    day = day % 28 + 1;
    benchmark::DoNotOptimize(
        sluice::codec::timestamp_from_fields({2020, 6, day}, {12, 34, 56, 789'000}, micros));
    benchmark::DoNotOptimize(micros);
  }
}
BENCHMARK(make_timestamps);

void print_timestamps(benchmark::State& state) {
  std::string text;
  sluice::codec::append_timestamp(645'107'696'789'000, text);
  require(text == "2020-06-10 12:34:56.789", "timestamp text");
  for (auto unused : state) {
    static_cast<void>(unused);
    text.clear();
    sluice::codec::append_timestamp(645'107'696'789'000, text);
    benchmark::DoNotOptimize(text.data());
  }
}
BENCHMARK(print_timestamps);

void parse_timestamps(benchmark::State& state) {
  std::int64_t micros = 0;
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(sluice::codec::parse_timestamp("2020-06-10 12:34:56.789", micros));
  }
  require(micros == 645'107'696'789'000, "timestamp");
}
BENCHMARK(parse_timestamps);

constexpr std::string_view kOrdered =
    R"({"id": 12345, "tags": ["vip", "newsletter"], "score": 17.50, "active": true, "channel": "web shop"})";
constexpr std::string_view kUnordered =
    R"({"channel":"web shop","score":17.50,"id":12345,"tags":["vip","newsletter"],"active":true,"n\u00e4me":"x"})";

void normalize_jsonb(benchmark::State& state, std::string_view json, std::string_view expected) {
  sluice::codec::JsonbNormalizer normalizer;
  require(normalizer.normalize(json) == Problem::none && normalizer.text() == expected, "jsonb");
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(normalizer.normalize(json));
    benchmark::DoNotOptimize(normalizer.text().data());
  }
  count_rows(state, 1, json.size());
}
// The expected texts are what SELECT '...'::jsonb prints.
BENCHMARK_CAPTURE(
    normalize_jsonb, ordered, kOrdered,
    R"({"id": 12345, "tags": ["vip", "newsletter"], "score": 17.50, "active": true, "channel": "web shop"})");
BENCHMARK_CAPTURE(normalize_jsonb, unordered, kUnordered,
                  "{\"id\": 12345, \"tags\": [\"vip\", \"newsletter\"], \"n\xc3\xa4me\": \"x\", "
                  "\"score\": 17.50, "
                  "\"active\": true, \"channel\": \"web shop\"}");

void check_json_text(benchmark::State& state) {
  require(sluice::codec::check_json(kUnordered) == Problem::none, "json");
  require(sluice::codec::check_json(kUnordered.substr(1)) == Problem::invalid_json, "json");
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(sluice::codec::check_json(kUnordered));
  }
  count_rows(state, 1, kUnordered.size());
}
BENCHMARK(check_json_text);

void check_text(benchmark::State& state, bool ascii) {
  const auto size = static_cast<std::size_t>(state.range(0));
  std::string text = pattern(size);
  if (!ascii) text.replace(size / 2, 2, "\xc3\xbc");
  require(sluice::codec::check_text(text) == Problem::none, "text");
  require(sluice::codec::check_text(text + '\xc3') == Problem::invalid_utf8, "text");
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(sluice::codec::check_text(text));
  }
  count_rows(state, 1, size);
}
BENCHMARK_CAPTURE(check_text, ascii, true)->Arg(8)->Arg(35)->Arg(90)->Arg(400);
BENCHMARK_CAPTURE(check_text, umlaut, false)->Arg(8)->Arg(35)->Arg(90)->Arg(400);

void read_config(benchmark::State& state) {
  const auto document = sluice::codec::parse_json_or_throw(kUnordered, "bench");
  require(document.root().at("id").as_integer() == 12345, "document");
  for (auto unused : state) {
    static_cast<void>(unused);
    benchmark::DoNotOptimize(sluice::codec::parse_json(kUnordered, "bench"));
  }
}
BENCHMARK(read_config);

}  // namespace
