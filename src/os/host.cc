#include "sluice/os/host.h"

#include <array>
#include <ctime>

#include <fmt/core.h>
#include <pwd.h>
#include <sys/random.h>
#include <unistd.h>

#include "sluice/model/error.h"

namespace sluice::os {

std::string user_of(unsigned int uid) {
  std::array<char, 4096> buffer{};
  passwd entry{};
  passwd* found = nullptr;
  if (::getpwuid_r(uid, &entry, buffer.data(), buffer.size(), &found) == 0 && found != nullptr) {
    return found->pw_name;
  }
  return std::to_string(uid);
}

ProcessIdentity this_process() {
  std::array<char, 256> host{};
  if (::gethostname(host.data(), host.size() - 1) != 0) host[0] = '?';
  return {host.data(), user_of(::geteuid()), static_cast<int>(::getpid())};
}

std::string random_hex(std::size_t bytes) {
  std::string hex;
  for (std::size_t i = 0; i < bytes; ++i) {
    unsigned char byte = 0;
    if (::getrandom(&byte, 1, 0) != 1) {
      throw model::Error(model::ErrorKind::internal, "the system gives no random numbers");
    }
    hex += fmt::format("{:02x}", byte);
  }
  return hex;
}

std::string utc_stamp() {
  const std::time_t now = std::time(nullptr);
  std::tm utc{};
  ::gmtime_r(&now, &utc);
  return fmt::format("{:04}{:02}{:02}-{:02}{:02}{:02}", utc.tm_year + 1900, utc.tm_mon + 1,
                     utc.tm_mday, utc.tm_hour, utc.tm_min, utc.tm_sec);
}

}  // namespace sluice::os
