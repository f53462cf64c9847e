#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/config/config.h"

/// Whether everything that a migration needs is as it must be, before people rely on it at night.
/// Looks only: nothing is written to a server.
namespace sluice::doctor {

/// DO NOT CHANGE THE NAMES (to_string): programs read them.
enum class Verdict : std::uint8_t {
  ok,
  warning,  // works, but people should know
  error,    // does not work, or is not safe
  unknown,  // could not be checked
};
[[nodiscard]] const char* to_string(Verdict verdict) noexcept;

struct Check {
  std::string name;  // stable kebab-case id: "source-clock"
  Verdict verdict = Verdict::ok;
  std::string found;   // what is there, for people
  std::string action;  // what to do; empty where all is well
};

/// Where the parts lie that are not in the config.
struct Places {
  std::string ssh_keygen = "/usr/bin/ssh-keygen";
  std::string policy;   // file; empty: the config names none
  std::string archive;  // folder that retire will fill; empty: nothing is said of it
};

/// Every check, in the order in which people mend things. A server that is out of reach costs its
/// own checks only: they are `unknown`. Takes some seconds.
[[nodiscard]] std::vector<Check> examine(const config::Config& config, const Places& places = {});

// Its parts, each of which stands alone.
/// The program that checks signatures: it is root's, nobody else can replace it, it knows dates
/// with Z (OpenSSH 9.1), and it tells a good signature from a bad one.
[[nodiscard]] std::vector<Check> examine_signing(const std::string& ssh_keygen);
[[nodiscard]] std::vector<Check> examine_files(const config::Config& config);
/// Whether people can decide by the policy: nobody else could have written it, it can be read, the
/// config's operator may run, the list of revoked keys is there, and ssh-keygen takes the keys.
[[nodiscard]] std::vector<Check> examine_policy(const config::Config& config,
                                                const std::string& path);
/// Whether retire can archive there: the folder, or the one that it is to be made in, is its
/// owner's alone, its disk can be flushed, and has room for the source's tables. Writes a file
/// there and takes it away. Nothing where `folder` is empty.
[[nodiscard]] std::vector<Check> examine_archive(const config::Config& config,
                                                 const std::string& folder);
[[nodiscard]] std::vector<Check> examine_source(const config::Config& config);
[[nodiscard]] std::vector<Check> examine_target(const config::Config& config);

/// The worst of them: an error, else what could not be checked, else a warning.
[[nodiscard]] Verdict worst(const std::vector<Check>& checks) noexcept;

inline constexpr std::string_view kDoctorSchema = "sluice.doctor/1";
/// One line each, and what to do below it. Lines may be long; Console::show breaks them.
[[nodiscard]] std::string to_text(const std::vector<Check>& checks);
[[nodiscard]] std::string to_json(const std::vector<Check>& checks);

}  // namespace sluice::doctor
