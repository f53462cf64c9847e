#include "db/mysql/option_file.h"

#include <algorithm>
#include <charconv>

#include "sluice/model/error.h"
#include "sluice/os/file.h"

namespace sluice::db::mysql {
namespace {

std::string_view trimmed(std::string_view text) noexcept {
  constexpr std::string_view kSpace = " \t\r\n";
  const std::size_t first = text.find_first_not_of(kSpace);
  if (first == std::string_view::npos) return {};
  return text.substr(first, text.find_last_not_of(kSpace) - first + 1);
}

std::string_view unquoted(std::string_view value) noexcept {
  const bool quoted = value.size() >= 2 && (value.front() == '"' || value.front() == '\'') &&
                      value.back() == value.front();
  return quoted ? value.substr(1, value.size() - 2) : value;
}

bool is_read(std::string_view section, std::string_view group) noexcept {
  return section == "client" || section == "client-server" || section == "client-mariadb" ||
         (!group.empty() && section == group);
}

std::uint16_t read_port(std::string_view value) {
  std::uint16_t port = 0;
  const auto [end, error] = std::from_chars(value.data(), value.data() + value.size(), port);
  if (error != std::errc() || end != value.data() + value.size()) {
    throw model::Error(model::ErrorKind::config,
                       "option file: port is '" + std::string(value) + "', not a port number");
  }
  return port;
}

void take_option(std::string_view line, OptionFileAddress& address) {
  const std::size_t equals = line.find('=');
  std::string name(trimmed(line.substr(0, equals)));
  std::replace(name.begin(), name.end(), '_', '-');
  const std::string_view value =
      equals == std::string_view::npos ? "" : unquoted(trimmed(line.substr(equals + 1)));
  if (name == "host") address.host = value;
  if (name == "socket") address.socket = value;
  if (name == "port") address.port = read_port(value);
  if (name == "protocol") address.tcp = value == "tcp" || value == "TCP";
}

}  // namespace

OptionFileAddress read_option_text(std::string_view text, std::string_view group) {
  OptionFileAddress address;
  bool reading = false;
  while (!text.empty()) {
    const std::size_t end = std::min(text.find('\n'), text.size());
    const std::string_view line = trimmed(text.substr(0, end));
    text.remove_prefix(std::min(end + 1, text.size()));
    if (line.empty() || line.front() == '#' || line.front() == ';') continue;
    if (line.front() == '!') {
      address.includes = true;
    } else if (line.front() == '[') {
      reading = is_read(trimmed(line.substr(1, line.find(']') - 1)), group);
    } else if (reading) {
      take_option(line, address);
    }
  }
  return address;
}

OptionFileAddress read_option_file(const std::string& path, std::string_view group) {
  constexpr std::size_t kMaxBytes = std::size_t{1} << 20;  // people write these files by hand
  return read_option_text(os::read_file(path, kMaxBytes), group);
}

}  // namespace sluice::db::mysql
