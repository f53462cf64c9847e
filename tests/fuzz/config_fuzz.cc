#include <string>

#include "sluice/config/config.h"
#include "sluice/config/endpoint_url.h"

#include "check.h"

/// Any text is either a config or gets findings; an endpoint that was read prints as a URL that
/// reads back the same.
extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using sluice::fuzz::require;
  const std::string_view text = sluice::fuzz::text_of(data, size);
  const sluice::config::ReadResult result = sluice::config::read_config(text, "fuzz.json");
  require(result.config.has_value() != sluice::model::has_errors(result.findings));
  const auto endpoint = sluice::config::parse_endpoint(text);
  if (const auto* read = std::get_if<sluice::model::Endpoint>(&endpoint)) {
    const std::string url = sluice::config::endpoint_url(*read);
    const auto again = sluice::config::parse_endpoint(url);
    const auto* same = std::get_if<sluice::model::Endpoint>(&again);
    require(same != nullptr && sluice::config::endpoint_url(*same) == url);
  }
  return 0;
}
