#pragma once

#include <cstdint>
#include <string>
#include <string_view>

namespace sluice::db::mysql {

/// Where an option file says the server is. Who and with which password is the client library's to
/// read: no secret comes through here.
struct OptionFileAddress {
  std::string host;
  std::string socket;
  std::uint16_t port = 0;
  bool tcp = false;       // protocol=tcp
  bool includes = false;  // !include or !includedir: there may be more that was not read
};

/// Reads what the groups [client], [client-server], [client-mariadb] and `group` say, the later
/// line winning, as both client libraries read it. Throws Error{config} for a port that is no
/// number.
[[nodiscard]] OptionFileAddress read_option_text(std::string_view text, std::string_view group);

/// The same for a file. Throws Error{config} where it cannot be read.
[[nodiscard]] OptionFileAddress read_option_file(const std::string& path, std::string_view group);

}  // namespace sluice::db::mysql
