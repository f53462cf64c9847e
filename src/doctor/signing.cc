#include <string>

#include <fmt/format.h>
#include <unistd.h>

#include "sluice/approve/ssh_keygen.h"
#include "sluice/doctor/doctor.h"
#include "sluice/model/error.h"
#include "sluice/os/sealed_file.h"

namespace sluice::doctor {
namespace {

constexpr const char* kInstall = "install openssh-client 9.1 or newer, from the distribution";

/// Nobody but root may put another program in its place.
Check check_file(const std::string& path) {
  constexpr const char* kName = "ssh-keygen-file";
  try {
    os::require_root_program(path);
  } catch (const model::Error& error) {
    return {kName, Verdict::error, error.what(), kInstall};
  }
  if (::access(path.c_str(), X_OK) != 0) {
    return {kName, Verdict::error, path + " cannot be run", kInstall};
  }
  return {kName, Verdict::ok, path + " is root's alone", ""};
}

Check check_answers(const std::string& path) {
  try {
    approve::try_ssh_keygen(path);
  } catch (const model::Error& error) {
    return {"ssh-keygen", Verdict::error, error.what(), kInstall};
  }
  return {"ssh-keygen", Verdict::ok, "tells good signatures from others", ""};
}

}  // namespace

std::vector<Check> examine_signing(const std::string& ssh_keygen) {
  std::vector<Check> checks{check_file(ssh_keygen)};
  if (checks.front().verdict == Verdict::ok) checks.push_back(check_answers(ssh_keygen));
  return checks;
}

}  // namespace sluice::doctor
