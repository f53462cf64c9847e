#include <cstdlib>
#include <filesystem>
#include <string>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/doctor/doctor.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/program.h"

namespace sluice::doctor {
namespace {

namespace fs = std::filesystem;

constexpr const char* kInstall = "install openssh-client 9.1 or newer, from the distribution";

/// Bits by which others than the owner may write.
constexpr unsigned kWritableByOthers = 022;

/// Why somebody else than root could put another file in its place; empty where nobody can.
std::string weakness_of(const fs::path& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) != 0) return path.string() + " is not there";
  if (S_ISLNK(status.st_mode)) return path.string() + " is a symbolic link";
  if (status.st_uid != 0) return path.string() + " is not root's";
  // In a folder with the sticky bit nobody but root can put another file in the place of root's.
  const bool is_safe_folder = S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0;
  if ((status.st_mode & kWritableByOthers) != 0 && !is_safe_folder) {
    return path.string() + " may be written by others than root";
  }
  return "";
}

Check check_file(const std::string& path) {
  Check check{"ssh-keygen-file", Verdict::ok, path + " is root's alone", ""};
  const auto refuse = [&check](const std::string& found) {
    check.verdict = Verdict::error;
    check.found = found;
    check.action = kInstall;
    return check;
  };
  if (!fs::path(path).is_absolute()) return refuse(path + " is not an absolute path");
  for (fs::path at = path; at.has_relative_path(); at = at.parent_path()) {
    // A merged /usr has links for folders; what counts is where they lead.
    const fs::path place = at == fs::path(path) ? at : fs::weakly_canonical(at);
    const std::string weakness = weakness_of(place);
    if (!weakness.empty()) return refuse(weakness);
  }
  if (::access(path.c_str(), X_OK) != 0) return refuse(path + " cannot be run");
  return check;
}

/// A folder of its own, that goes with this object.
class WorkFolder {
 public:
  WorkFolder() {
    std::string name = (fs::temp_directory_path() / "sluice-doctor-XXXXXX").string();
    if (::mkdtemp(name.data()) == nullptr) {
      throw model::Error(model::ErrorKind::not_comparable,
                         "cannot make a folder in " + fs::temp_directory_path().string());
    }
    path_ = name;
  }
  WorkFolder(const WorkFolder&) = delete;
  WorkFolder& operator=(const WorkFolder&) = delete;
  ~WorkFolder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  [[nodiscard]] std::string file(const char* name) const { return (path_ / name).string(); }

 private:
  fs::path path_;
};

constexpr const char* kMessage = "what was agreed on\n";
constexpr const char* kNamespace = "sluice-doctor";

/// A key that is thrown away, and its signature of kMessage.
class Trial {
 public:
  explicit Trial(std::string program) : program_(std::move(program)) {}

  /// False where the program does not even sign.
  [[nodiscard]] bool prepare() {
    os::write_file(folder_.file("message"), kMessage);
    const std::string key = folder_.file("key");
    const auto made = os::run_program({program_, "-q", "-t", "ed25519", "-N", "", "-f", key});
    const auto signed_it = os::run_program(
        {program_, "-q", "-Y", "sign", "-f", key, "-n", kNamespace, folder_.file("message")});
    if (made.exit_code != 0 || signed_it.exit_code != 0) return false;
    public_key_ = os::read_file(key + ".pub", kMaxKeyBytes);
    return true;
  }
  /// Whether it takes the signature for one of kMessage, and says so, under this limit.
  [[nodiscard]] bool accepts(const std::string& limit, const std::string& message) const {
    os::write_file(folder_.file("allowed"), "doctor " + limit + " " + public_key_);
    const auto checked =
        os::run_program({program_, "-Y", "verify", "-f", folder_.file("allowed"), "-I", "doctor",
                         "-n", kNamespace, "-s", folder_.file("message.sig")},
                        message);
    const std::string good = fmt::format("Good \"{}\" signature for doctor with ", kNamespace);
    return checked.exit_code == 0 && checked.out.starts_with(good);
  }

 private:
  static constexpr std::size_t kMaxKeyBytes = 10'000;

  std::string program_;
  std::string public_key_;
  WorkFolder folder_;
};

Check try_out(const std::string& program) {
  constexpr const char* kForever = "valid-before=\"20990101000000Z\"";
  Trial trial(program);
  if (!trial.prepare()) return {"ssh-keygen", Verdict::error, "does not sign", kInstall};
  if (!trial.accepts(kForever, kMessage)) {
    // Older ones skip the line: they refuse everything rather than too little.
    return {"ssh-keygen", Verdict::error, "does not know dates with Z, which came with OpenSSH 9.1",
            kInstall};
  }
  const bool is_strict = !trial.accepts(kForever, "something else\n") &&
                         !trial.accepts("valid-before=\"20010101000000Z\"", kMessage);
  if (is_strict) return {"ssh-keygen", Verdict::ok, "tells good signatures from others", ""};
  return {"ssh-keygen", Verdict::error, "accepts what was not signed, or not in time",
          "this is no ssh-keygen: " + std::string(kInstall)};
}

}  // namespace

std::vector<Check> examine_signing(const std::string& ssh_keygen) {
  std::vector<Check> checks{check_file(ssh_keygen)};
  if (checks.front().verdict == Verdict::error) return checks;
  try {
    checks.push_back(try_out(ssh_keygen));
  } catch (const model::Error& error) {
    checks.push_back({"ssh-keygen", Verdict::unknown, error.what(), error.hint()});
  }
  return checks;
}

}  // namespace sluice::doctor
