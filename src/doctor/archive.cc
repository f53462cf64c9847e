#include "doctor/archive.h"

#include <filesystem>
#include <set>
#include <system_error>

#include <fmt/format.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/db/catalog.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"

namespace sluice::doctor {
namespace {

namespace fs = std::filesystem;

constexpr unsigned kWritableByOthers = 022;
constexpr const char* kAnother = "name a folder that is yours alone, on a disk that is backed up";

std::string mebibytes(std::uint64_t bytes) { return fmt::format("{} MiB", bytes >> 20); }

/// retire makes the archive's own folder, and nothing above it.
fs::path existing_folder(const std::string& archive) {
  const fs::path folder = fs::absolute(archive).lexically_normal();
  const fs::path given = folder.has_filename() ? folder : folder.parent_path();
  return fs::is_directory(given) ? given : given.parent_path();
}

Check check_folder(const fs::path& folder) {
  struct stat status {};
  const auto refuse = [](const std::string& found) {
    return Check{"archive-folder", Verdict::error, found, kAnother};
  };
  if (::stat(folder.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    return refuse(folder.string() + " is not there: only the archive's own folder is made");
  }
  if (status.st_uid != 0 && status.st_uid != ::geteuid()) {
    return refuse(folder.string() + " belongs to somebody else");
  }
  if ((status.st_mode & kWritableByOthers) != 0) {
    return refuse("others may write to " + folder.string());
  }
  if (::access(folder.c_str(), W_OK | X_OK) != 0) {
    return refuse(folder.string() + " cannot be written to");
  }
  return {"archive-folder", Verdict::ok, folder.string() + " is written by its owner only", ""};
}

/// What is in an archive is on the disk before a row goes: a file is written and flushed here, as
/// each of its files is.
Check check_flushing(const fs::path& folder) {
  const std::string file = (folder / (".sluice-doctor-" + os::random_hex(8))).string();
  Check check{"archive-flush", Verdict::ok, "what is written there can be flushed to the disk", ""};
  try {
    os::write_file(file, "tried by sluice doctor\n", 0600);
  } catch (const model::Error& error) {
    check = {"archive-flush", Verdict::error, error.what(),
             "an archive needs a disk that can be flushed: see what is wrong with it, or name "
             "another folder"};
  }
  std::error_code ignored;
  fs::remove(file, ignored);
  return check;
}

/// The source's tables, in its own guess, without indexes. An archive is smaller: it is compressed.
std::uint64_t source_bytes(const config::Config& config) {
  const auto session = db::open_session(config.source, db::Purpose::catalog);
  std::set<std::string> schemas;
  for (const config::Table& table : config.tables) schemas.insert(table.source.schema);
  std::uint64_t bytes = 0;
  for (const model::Table& table :
       db::read_catalog(*session, {schemas.begin(), schemas.end()}).tables) {
    if (config.find_table(table.name) != nullptr) bytes += table.estimated_bytes;
  }
  return bytes;
}

Check check_space(const fs::path& folder, const config::Config& config) {
  try {
    return check_room(fs::space(folder).available, source_bytes(config));
  } catch (const model::Error& error) {
    return {"archive-space", Verdict::unknown, error.what(), error.hint()};
  } catch (const fs::filesystem_error& error) {
    return {"archive-space", Verdict::unknown, error.code().message(), kAnother};
  }
}

}  // namespace

Check check_room(std::uint64_t free, std::uint64_t needed) {
  const std::string found =
      fmt::format("{} free, the source's tables have about {}", mebibytes(free), mebibytes(needed));
  if (free >= needed) return {"archive-space", Verdict::ok, found, ""};
  return {"archive-space", Verdict::error, found,
          "make room, or name a folder on a larger disk: a retire stops where the disk is full"};
}

std::vector<Check> examine_archive(const config::Config& config, const std::string& folder) {
  if (folder.empty()) return {};
  const fs::path existing = existing_folder(folder);
  std::vector<Check> checks{check_folder(existing)};
  if (checks.front().verdict == Verdict::error) return checks;
  checks.push_back(check_flushing(existing));
  checks.push_back(check_space(existing, config));
  return checks;
}

}  // namespace sluice::doctor
