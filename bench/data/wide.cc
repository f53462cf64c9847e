#include "wide.h"

#include <array>
#include <string>
#include <string_view>

#include "random.h"
#include "words.h"

namespace sluice::demo_data {
namespace {

constexpr std::int64_t kDay = 86400;

void write_numbers(Random& random, TsvWriter& out) {
  out.integer(random.between(-2'000'000'000, 2'000'000'000));
  out.integer(random.between(-32'000, 32'000));
  out.integer(random.between(0, 100'000));
  // Seldom NULL: the bench should pass through the NULL branch without being about it.
  if (random.percent(3)) {
    out.null();
  } else {
    out.real(static_cast<double>(random.next() >> 11U) / 9007199254740992.0 * 1000.0);
  }
  out.decimal(random.between(0, 2'000'000'000), 2);
  out.decimal(random.between(0, 4'000'000'000) * 1000 - 1'000'000'000'000, 4);
}

void write_times(Random& random, TsvWriter& out) {
  out.date(seconds_from_civil(1940, 1, 1) + random.between(0, 25'000) * kDay);
  const std::int64_t created = seconds_from_civil(2001, 1, 1) + random.between(0, 600'000'000);
  out.datetime_micros(created, random.below(1'000'000));
  if (random.percent(5)) {
    out.null();
  } else {
    const std::int64_t updated = created + random.between(0, 100'000'000);
    out.datetime_micros(updated, random.below(1'000'000));
  }
}

void write_person(Random& random, std::uint64_t index, TsvWriter& out) {
  static constexpr auto kStatuses =
      std::to_array<std::string_view>({"active", "active", "trial", "suspended", "closed"});
  const words::City& place = random.pick(words::cities());
  out.text(random.pick(kStatuses));
  out.text(place.country);
  out.text("c" + std::to_string(index) + "@" + std::string(random.pick(words::domains())));
  out.text(random.pick(words::first_names()));
  out.text(random.pick(words::last_names()));
  std::string company(random.pick(words::company_heads()));
  company += ' ';
  company += random.pick(words::company_tails());
  out.text(company);
  std::string street(random.pick(words::streets()));
  street += ' ' + std::to_string(random.between(1, 240)) + ", ";
  street += place.name;
  out.text(street);
}

void write_texts(Random& random, TsvWriter& out) {
  std::string notes;
  const std::int64_t sentences = random.between(2, 6);
  for (std::int64_t i = 0; i < sentences; ++i) {
    if (i > 0) notes += random.percent(20) ? '\n' : ' ';
    notes += random.pick(words::note_sentences());
  }
  out.text(notes);
  if (random.percent(20)) {
    out.null();
  } else {
    std::string tags = "vip,fair-" + std::to_string(random.between(2004, 2023));
    tags += ",l-" + std::to_string(random.below(1000));
    out.text(tags);
  }
  std::string json = R"({"ip": "10.)" + std::to_string(random.below(256));
  json += "." + std::to_string(random.below(256));
  json += R"(.7", "tags": ["a", "b)" + std::to_string(random.below(100)) + R"("], "score": )";
  append_decimal(json, random.between(1000, 99999), 2);
  json += R"(, "nested": {"n": )" + std::to_string(random.below(100000)) + R"(, "ok": true}})";
  out.text(json);
}

}  // namespace

void write_wide(std::uint64_t seed, std::uint64_t rows, TsvWriter& out) {
  for (std::uint64_t index = 0; index < rows; ++index) {
    Random random(seed, Stream::wide, index);
    out.integer(static_cast<std::int64_t>(index) + 1);
    write_numbers(random, out);
    write_times(random, out);
    write_person(random, index, out);
    write_texts(random, out);
    out.end_row();
  }
}

}  // namespace sluice::demo_data
