#include "copy/place_rows.h"

#include <fmt/format.h>

#include "sluice/model/quote.h"

namespace sluice::copy {

std::string rows_of(const std::vector<model::QualifiedName>& names) {
  constexpr auto kEngine = model::Engine::postgresql;
  std::string rows;
  for (std::size_t i = 0; i < names.size(); ++i) {
    rows += fmt::format("{}({}, {})", i == 0 ? "" : ", ", i,
                        model::quote_literal(kEngine, model::quote_name(kEngine, names[i])));
  }
  return rows;
}

std::size_t place(const std::optional<std::string>& number) {
  return static_cast<std::size_t>(std::stoul(number.value()));
}

}  // namespace sluice::copy
