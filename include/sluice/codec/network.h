#pragma once

#include <string>
#include <string_view>

#include "sluice/codec/problem.h"

namespace sluice::codec {

/// PostgreSQL's inet and cidr in binary: family (2 for IPv4, 3 for IPv6), bits of the mask, 1 for
/// cidr, bytes of the address, the address. macaddr is 6 bytes, macaddr8 is 8.

/// Append the text as PostgreSQL prints it; false where the bytes are not a value of the type.
[[nodiscard]] bool inet_to_text(std::string_view binary, bool cidr, std::string& out);
[[nodiscard]] bool macaddr_to_text(std::string_view binary, std::size_t bytes, std::string& out);

/// Read full dotted IPv4 and any IPv6 notation with an optional /bits, and colon-separated MAC
/// addresses. cidr refuses bits to the right of the mask. Otherwise not_a_network.
[[nodiscard]] Problem inet_from_text(std::string_view text, bool cidr, std::string& out);
[[nodiscard]] Problem macaddr_from_text(std::string_view text, std::size_t bytes, std::string& out);

}  // namespace sluice::codec
