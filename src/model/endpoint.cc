#include "sluice/model/endpoint.h"

#include <algorithm>

namespace sluice::model {

bool is_loopback(std::string_view host) noexcept {
  if (host == "localhost" || host == "::1") return true;
  // A name may begin with "127." too and mean any machine: only digits and three dots are an
  // address.
  const bool is_address = std::ranges::count(host, '.') == 3 &&
                          host.find_first_not_of("0123456789.") == std::string_view::npos;
  return is_address && host.starts_with("127.");
}

}  // namespace sluice::model
