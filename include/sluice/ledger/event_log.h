#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/ledger/ledger.h"
#include "sluice/ledger/records.h"

/// Chains of events outside of the ledger: as a file that is kept elsewhere, and held against the
/// ledger later. The one in the ledger cannot show that its end was cut off, or that somebody has
/// written all of it anew.
namespace sluice::ledger {

struct RunLog {
  std::string run_id;
  std::string name;  // of the run's config
  std::vector<Event> events;

  /// The newest hash; empty without events.
  [[nodiscard]] std::string head() const { return events.empty() ? "" : events.back().sha256; }
};
[[nodiscard]] RunLog read_log(db::SqlSession& session, const Run& run);

/// The first broken link; a chain without events is broken too, since a run begins with one.
[[nodiscard]] std::optional<BrokenLink> broken_link(const RunLog& log);

/// The file; ledger.md beside this header has its members.
inline constexpr std::string_view kLogSchema = "sluice.log/1";
[[nodiscard]] std::string to_json(const std::vector<RunLog>& logs);
/// Strict: throws Error{data} on whatever to_json() does not write. The chains may be broken.
[[nodiscard]] std::vector<RunLog> logs_from_json(std::string_view text, const std::string& file);

/// How the chain of a file stands to the ledger's.
struct Comparison {
  enum class Kind : std::uint8_t {
    same,
    ledger_goes_on,  // the ledger has all of it, and events behind
    ledger_is_cut,   // the ledger ends at an event that the file goes on from
    parted,          // they have different events from one number on
    not_in_ledger,
  };
  Kind kind = Kind::same;
  std::int64_t number = 0;  // of the first event that only one has, or that differs

  /// Whether the ledger is what the file says it was, at least.
  [[nodiscard]] bool holds() const noexcept {
    return kind == Kind::same || kind == Kind::ledger_goes_on;
  }
};
/// DO NOT CHANGE THE NAMES: programs read them.
[[nodiscard]] const char* to_string(Comparison::Kind kind) noexcept;
[[nodiscard]] Comparison compare(const std::vector<Event>& kept, const std::vector<Event>& ledger);

}  // namespace sluice::ledger
