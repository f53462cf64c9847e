#pragma once

#include <cstddef>
#include <cstdint>
#include <string>

namespace sluice::os {

/// Who and where this process is, for the ledger.
struct ProcessIdentity {
  std::string host;
  std::string user;  // OS user name, or its number
  int pid = 0;
};
[[nodiscard]] ProcessIdentity this_process();

/// Name of the OS user of that number, or the number.
[[nodiscard]] std::string user_of(unsigned int uid);

/// `bytes` random bytes of the system's generator as lower-case hex. Throws Error{internal} when
/// there is none.
[[nodiscard]] std::string random_hex(std::size_t bytes);

/// UTC now as "20261122-153012", for names that people read aloud.
[[nodiscard]] std::string utc_stamp();

}  // namespace sluice::os
