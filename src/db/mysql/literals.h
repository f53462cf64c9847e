#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/db/sql_session.h"

namespace sluice::db::mysql {

/// A literal of the text, whatever its bytes and whatever sql_mode says: quoted where it is plain,
/// in hexadecimal otherwise. It takes the collation of the column it is compared with.
[[nodiscard]] std::string text_literal(std::string_view text);

/// x'...', for binary columns.
[[nodiscard]] std::string binary_literal(std::string_view bytes);

/// Puts literals in the place of each ? outside quotes and comments. Results then come by the text
/// protocol, as the server writes them; the clients print the values of prepared statements
/// themselves, and lose digits of floats. Throws Error{internal} where the numbers of both differ.
[[nodiscard]] std::string bind_literals(std::string_view sql,
                                        const std::vector<Parameter>& parameters);

}  // namespace sluice::db::mysql
