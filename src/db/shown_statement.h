#pragma once

#include <string>
#include <string_view>

#include "sluice/model/name.h"

namespace sluice::db {

/// The beginning of somebody else's statement on one line, at most 60 characters, without the
/// values in it: they may be passwords, or data that the reader has no business with. A text ends
/// where it cannot be told for sure what is a value: at a comment, a dollar quote, a backslash
/// inside quotes.
[[nodiscard]] std::string shown_statement(model::Engine engine, std::string_view sql);

}  // namespace sluice::db
