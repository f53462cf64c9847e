// What is read back from the ledger's JSON columns: a damaged ledger is refused, what is read is
// written to the same text.

#include <string>

#include "sluice/codec/irregular.h"
#include "sluice/ledger/event_log.h"
#include "sluice/ledger/ledger.h"
#include "sluice/mapping/overrides.h"
#include "sluice/model/error.h"

#include "check.h"

namespace {

template <typename Check>
void refused_or(Check check) {
  try {
    check();
  } catch (const sluice::model::Error& error) {
    sluice::fuzz::require(error.kind() == sluice::model::ErrorKind::data);
  }
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::fuzz::require;
  const std::string text(sluice::fuzz::text_of(data, size));
  refused_or([&] {
    const auto key = sluice::ledger::key_from_json(text);
    const std::string json = sluice::ledger::to_json(key);
    require(sluice::ledger::key_from_json(json).values == key.values);
  });
  refused_or([&] {
    const auto fields = sluice::codec::irregular_from_json(text, 3);
    require(sluice::codec::irregular_from_json(sluice::codec::irregular_json(fields), 3) == fields);
  });
  refused_or([&] {
    const auto overrides = sluice::mapping::overrides_from_json(text);
    const std::string json = sluice::mapping::overrides_json(overrides);
    require(sluice::mapping::overrides_from_json(json) == overrides);
  });
  refused_or([&] {
    const auto logs = sluice::ledger::logs_from_json(text, "fuzz");
    const std::string json = sluice::ledger::to_json(logs);
    require(sluice::ledger::to_json(sluice::ledger::logs_from_json(json, "fuzz")) == json);
  });
  return 0;
}
