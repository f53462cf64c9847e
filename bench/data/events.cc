#include "events.h"

#include <array>
#include <string>
#include <string_view>

#include "random.h"

namespace sluice::demo_data {
namespace {

constexpr std::uint64_t kRepeatPeriod = 400;

bool repeats(const Customers& customers, std::uint64_t index) {
  const std::uint64_t place = mix(customers.seed() ^ mix(index / kRepeatPeriod)) % kRepeatPeriod;
  return index > 0 && index % kRepeatPeriod == place;
}

/// The cells that make up an event, all but the key. True iff it is a heartbeat.
bool write_event(const Customers& customers, std::uint64_t index, TsvWriter& out) {
  static constexpr auto kKinds = std::to_array<std::string_view>(
      {"login", "login", "update", "update", "export", "merge", "delete", "heartbeat"});
  static constexpr auto kActors =
      std::to_array<std::string_view>({"ada", "bj\u00f6rn", "cron", "o'neill", "root"});
  Random random(customers.seed(), Stream::event, index);
  const std::string_view kind = random.pick(kKinds);
  const std::int64_t happened_at = seconds_from_civil(2012, 1, 1) + random.between(0, 400'000'000);
  out.datetime_micros(happened_at, random.below(1'000'000));
  out.text(kind);
  out.text("customer");
  out.integer(customers.id(random.next() % customers.rows()));
  out.text(random.pick(kActors));
  if (random.percent(30)) {
    out.null();
  } else {
    std::string detail = R"({"ip": "10.0.)" + std::to_string(random.below(256));
    detail += "." + std::to_string(random.below(256));
    detail += R"(", "ok": )" + std::string(random.percent(95) ? "true" : "false") + "}";
    out.text(detail);
  }
  return kind == "heartbeat";
}

}  // namespace

EventCounts write_events(const Customers& customers, TsvWriter& out) {
  EventCounts counts;
  for (std::uint64_t row = 0; row < customers.rows(); ++row) {
    std::uint64_t like = row;
    while (repeats(customers, like)) --like;
    if (out.engine() == Engine::mariadb) out.integer(static_cast<std::int64_t>(row) + 1);
    counts.heartbeats += write_event(customers, like, out) ? 1 : 0;
    counts.repeated += like == row ? 0 : 1;
    out.end_row();
  }
  return counts;
}

void write_sessions(const Customers& customers, TsvWriter& out) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  for (std::uint64_t row = 0; row < customers.rows() / 4; ++row) {
    Random random(customers.seed(), Stream::session, row);
    std::string token;
    for (int i = 0; i < 32; ++i) token += kDigits[random.below(16)];
    out.text(token);
    out.integer(customers.id(random.next() % customers.rows()));
    out.datetime(seconds_from_civil(2022, 1, 1) + random.between(0, 60'000'000));
    out.text("lang|s:2:\"de\";cart|a:0:{}");
    out.end_row();
  }
}

}  // namespace sluice::demo_data
