#include "archive/folder.h"

#include <algorithm>
#include <cerrno>
#include <memory>
#include <system_error>

#include <dirent.h>
#include <fcntl.h>
#include <fmt/core.h>
#include <sys/file.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/file.h"

#include "archive/disk_file.h"

namespace sluice::archive {
namespace {

using model::Error;
using model::ErrorKind;
using Names = std::vector<std::pair<std::string, NameKind>>;

// The index of 1,500 tables of 100 columns takes 20 MB.
constexpr std::uint64_t kMaxWholeBytes = std::uint64_t{1} << 30;

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

[[noreturn]] void fail(const std::string& what, const std::string& hint = {}) {
  throw Error(ErrorKind::storage, what, hint);
}

struct CloseFolder {
  void operator()(DIR* folder) const noexcept { ::closedir(folder); }
};

bool is_regular(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 && S_ISREG(status.st_mode);
}

/// The folder that holds this one; a name that ends with a slash too.
std::string parent_of(std::string directory) {
  while (directory.size() > 1 && directory.back() == '/') directory.pop_back();
  const std::size_t slash = directory.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : directory.substr(0, slash);
}

void require_private(const std::string& directory) {
  struct stat status {};
  if (::lstat(directory.c_str(), &status) != 0 || !S_ISDIR(status.st_mode)) {
    fail(directory + " is not a folder", "name a folder itself, not a link to one");
  }
  if (status.st_uid != ::geteuid() || (status.st_mode & (S_IWGRP | S_IWOTH)) != 0) {
    fail("others may write to " + directory, "chmod 700 a folder of your own");
  }
}

}  // namespace

std::string path_in(const std::string& directory, std::string_view name) {
  return directory + "/" + std::string(name);
}

Names list(const std::string& directory) {
  os::FileDescriptor opened(
      ::open(directory.c_str(), O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (opened.get() < 0) fail(fmt::format("cannot read folder {}: {}", directory, reason()));
  const int copy = ::fcntl(opened.get(), F_DUPFD_CLOEXEC, 0);
  const std::unique_ptr<DIR, CloseFolder> folder(copy < 0 ? nullptr : ::fdopendir(copy));
  if (!folder) fail(fmt::format("cannot read folder {}: {}", directory, reason()));
  Names names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(folder.get());  // NOLINT(concurrency-mt-unsafe): our own DIR
    if (entry == nullptr) break;
    const std::string name = entry->d_name;
    if (name != "." && name != "..") names.emplace_back(name, name_kind(name));
  }
  if (errno != 0) fail(fmt::format("cannot read folder {}: {}", directory, reason()));
  std::sort(names.begin(), names.end());
  return names;
}

void make_folder(const std::string& directory) {
  if (::mkdir(directory.c_str(), 0700) == 0) {
    os::flush_directory(parent_of(directory));
  } else if (errno != EEXIST) {
    fail(fmt::format("cannot make folder {}: {}", directory, reason()),
         "name a folder whose parent is there and that you may write to");
  }
  require_private(directory);
}

void refuse_foreign(const std::string& directory, const Names& names) {
  bool index = false;
  bool files = false;
  for (const auto& [name, kind] : names) {
    if (kind == NameKind::foreign || !is_regular(path_in(directory, name))) {
      fail(path_in(directory, name) + " is nothing of an archive",
           "name an empty folder, or the archive itself");
    }
    index = index || kind == NameKind::index;
    files = files || kind == NameKind::data || kind == NameKind::kept_aside;
  }
  if (files && !index) {
    fail(directory + " has files of an archive but no archive.json",
         "take archive.json from a backup of the archive");
  }
}

os::FileDescriptor lock_folder(const std::string& directory) {
  const std::string path = path_in(directory, kLockName);
  os::FileDescriptor lock(
      ::open(path.c_str(), O_RDWR | O_CREAT | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600));
  if (lock.get() < 0) fail(fmt::format("cannot open {}: {}", path, reason()));
  while (::flock(lock.get(), LOCK_EX | LOCK_NB) != 0) {
    if (errno == EINTR) continue;
    if (errno != EWOULDBLOCK) fail(fmt::format("cannot lock {}: {}", path, reason()));
    throw Error(ErrorKind::locked, "another process writes to this archive: it holds " + path,
                "wait for its end; fuser " + path + " names it");
  }
  return lock;
}

std::string read_whole(const std::string& directory, std::string_view name) {
  const DiskFile file = DiskFile::open_to_read(path_in(directory, name));
  const std::uint64_t bytes = file.size();
  if (bytes > kMaxWholeBytes) fail(file.path() + " is too large");
  return file.read(0, static_cast<std::size_t>(bytes));
}

Index load_index(const std::string& directory) {
  return index_from_json(read_whole(directory, kIndexName));
}

DataFile scan_named(const std::string& directory, const std::string& name, const Head& head) {
  const DiskFile disk = DiskFile::open_to_read(path_in(directory, name));
  DataFile file = scan_data_file(disk, name, head.algorithm);
  if (file.head.archive_id != head.id) throw DamagedFile(name, 0, "is of another archive");
  if (data_name(file.head.table, file.head.file) != name) {
    throw DamagedFile(name, 0, "is another file of the archive under this name");
  }
  return file;
}

std::map<int, std::vector<DataFile>> scan_folder(const std::string& directory, const Names& names,
                                                 const Head& head) {
  std::map<int, std::vector<DataFile>> tables;
  for (const auto& [name, kind] : names) {
    if (kind != NameKind::data) continue;
    DataFile file = scan_named(directory, name, head);
    tables[file.head.table.number].push_back(std::move(file));
  }
  for (auto& [number, files] : tables) {
    std::sort(files.begin(), files.end(),
              [](const DataFile& a, const DataFile& b) { return a.head.file < b.head.file; });
    for (std::size_t i = 0; i < files.size(); ++i) {
      const DataFile& file = files[i];
      if (file.head.table != files[0].head.table ||
          file.head.ddl_sha256 != files[0].head.ddl_sha256) {
        throw DamagedFile(file.name, 0, "says something else of its table than " + files[0].name);
      }
      const bool last = i + 1 == files.size();
      if (file.head.file != static_cast<int>(i + 1) || (!last && !file.closed)) {
        throw DamagedFile(file.name, 0, "a file of this table before this one is missing or cut");
      }
    }
  }
  return tables;
}

}  // namespace sluice::archive
