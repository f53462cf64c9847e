#include <array>
#include <charconv>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/ledger/records.h"
#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

template <typename Value, std::size_t N>
using Names = std::array<std::pair<Value, const char*>, N>;

constexpr Names<RunState, 5> kRunStates{{{RunState::running, "running"},
                                         {RunState::stopped, "stopped"},
                                         {RunState::paused, "paused"},
                                         {RunState::failed, "failed"},
                                         {RunState::finished, "finished"}}};
constexpr Names<TableState, 5> kTableStates{{{TableState::pending, "pending"},
                                             {TableState::copied, "copied"},
                                             {TableState::ready, "ready"},
                                             {TableState::live, "live"},
                                             {TableState::failed, "failed"}}};
constexpr Names<Origin, 4> kOrigins{{{Origin::source, "source"},
                                     {Origin::existing, "existing"},
                                     {Origin::decided, "decided"},
                                     {Origin::retracted, "retracted"}}};

template <typename Value, std::size_t N>
const char* name_of(const Names<Value, N>& names, Value value) noexcept {
  for (const auto& [known, name] : names) {
    if (known == value) return name;
  }
  return "unknown";
}

template <typename Value, std::size_t N>
Value value_of(const Names<Value, N>& names, const std::string& text) {
  for (const auto& [value, name] : names) {
    if (text == name) return value;
  }
  throw model::Error(model::ErrorKind::data, "the ledger holds the unknown word '" + text + "'");
}

}  // namespace

const char* to_string(RunState state) noexcept { return name_of(kRunStates, state); }
RunState run_state_from_string(const std::string& name) { return value_of(kRunStates, name); }
const char* to_string(TableState state) noexcept { return name_of(kTableStates, state); }
TableState table_state_from_string(const std::string& name) { return value_of(kTableStates, name); }
const char* to_string(Origin origin) noexcept { return name_of(kOrigins, origin); }
Origin origin_from_string(const std::string& name) { return value_of(kOrigins, name); }

std::uint64_t Run::seed() const {
  std::uint64_t value = 0;
  // 16 hex digits are 64 bits.
  const std::string_view digits = std::string_view(nonce).substr(0, 16);
  const auto [end, error] =
      std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || digits.size() != 16 || end != digits.data() + 16) {
    throw model::Error(model::ErrorKind::data, "the ledger holds a run without a proper nonce");
  }
  return value;
}

}  // namespace sluice::ledger
