#include "sluice/os/sealed_file.h"

#include <cerrno>
#include <filesystem>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>

#include "sluice/model/error.h"

namespace sluice::os {
namespace {

using model::Error;
using model::ErrorKind;

constexpr mode_t kWritableByOthers = S_IWGRP | S_IWOTH;
constexpr int kSeals = F_SEAL_WRITE | F_SEAL_GROW | F_SEAL_SHRINK | F_SEAL_SEAL;

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

[[noreturn]] void refuse(const std::string& path, std::string_view why, const std::string& hint) {
  throw Error(ErrorKind::approval, fmt::format("{} {}", path, why), hint);
}

struct stat status_of(int fd, const std::string& path) {
  struct stat status {};
  if (::fstat(fd, &status) != 0) refuse(path, "cannot be read: " + reason(), "");
  return status;
}

void require_owner(const struct stat& status, const std::string& path, FileOrigin origin) {
  if (status.st_uid == 0) return;
  if (origin == FileOrigin::trusted && status.st_uid == ::geteuid()) return;
  const bool root = origin == FileOrigin::root;
  refuse(path,
         fmt::format("belongs to user {}, not to root{}", status.st_uid,
                     root ? "" : " or to the user who runs sluice"),
         root ? "use the program that the system's packages install"
              : fmt::format("look at what it holds, then: chown root {}", path));
}

void require_private(const struct stat& status, const std::string& path) {
  if ((status.st_mode & kWritableByOthers) == 0) return;
  // In a sticky folder others can add files, which are then theirs, but replace none.
  if (S_ISDIR(status.st_mode) && (status.st_mode & S_ISVTX) != 0) return;
  refuse(path, "can be written by others than its owner",
         fmt::format("look at what it holds, then: chmod go-w {}", path));
}

void require_rights(int fd, const std::string& path, FileOrigin origin) {
  if (origin == FileOrigin::anyone) return;
  const struct stat status = status_of(fd, path);
  require_owner(status, path, origin);
  require_private(status, path);
}

FileDescriptor open_at(const FileDescriptor& folder, const std::string& name,
                       const std::string& path, int flags) {
  // O_NONBLOCK: a FIFO in the place of a file is an error, not a hang.
  FileDescriptor opened(
      ::openat(folder.get(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK | flags));
  if (opened.get() >= 0) return opened;
  const bool link = errno == ELOOP || (errno == ENOTDIR && std::filesystem::is_symlink(path));
  if (link) {
    refuse(path, "is a symbolic link", "name the file itself: realpath shows where it is");
  }
  refuse(path, "cannot be opened: " + reason(), "");
}

/// Goes down from / folder by folder, so that none can be exchanged after it was looked at.
FileDescriptor open_along(const std::string& path, FileOrigin origin) {
  const std::filesystem::path absolute = std::filesystem::absolute(path);
  FileDescriptor at(::open("/", O_PATH | O_DIRECTORY | O_CLOEXEC));
  std::filesystem::path passed = "/";
  require_rights(at.get(), passed.string(), origin);
  const std::filesystem::path folder = absolute.parent_path();
  for (const std::filesystem::path& name : folder.relative_path()) {
    passed /= name;
    at = open_at(at, name.string(), passed.string(), O_PATH | O_DIRECTORY);
    require_rights(at.get(), passed.string(), origin);
  }
  FileDescriptor file = open_at(at, absolute.filename().string(), path, 0);
  require_rights(file.get(), path, origin);
  return file;
}

FileDescriptor open_regular(const std::string& path, FileOrigin origin) {
  const FileDescriptor here(::open(".", O_PATH | O_DIRECTORY | O_CLOEXEC));
  FileDescriptor file =
      origin == FileOrigin::anyone ? open_at(here, path, path, 0) : open_along(path, origin);
  if (!S_ISREG(status_of(file.get(), path).st_mode)) {
    refuse(path, "is not a regular file", "");
  }
  return file;
}

FileDescriptor new_memory(const char* name) {
  FileDescriptor memory(::memfd_create(name, MFD_CLOEXEC | MFD_ALLOW_SEALING));
  if (memory.get() < 0) {
    throw Error(ErrorKind::internal, "no sealed memory from the system: " + reason());
  }
  return memory;
}

void write_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) throw Error(ErrorKind::internal, "cannot fill sealed memory: " + reason());
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

std::size_t copy_all(int from, int to, const std::string& path, std::size_t max_bytes) {
  std::size_t total = 0;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(from, buffer, sizeof buffer);
    if (got == 0) return total;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) refuse(path, "cannot be read: " + reason(), "");
    total += static_cast<std::size_t>(got);
    if (total > max_bytes) refuse(path, fmt::format("is larger than {} bytes", max_bytes), "");
    write_all(to, {buffer, static_cast<std::size_t>(got)});
  }
}

}  // namespace

SealedFile SealedFile::open(const std::string& path, FileOrigin origin, std::size_t max_bytes) {
  const FileDescriptor file = open_regular(path, origin);
  FileDescriptor memory = new_memory("sluice-file");
  const std::size_t size = copy_all(file.get(), memory.get(), path, max_bytes);
  return SealedFile(std::move(memory), size);
}

SealedFile SealedFile::of(std::string_view bytes, const char* name) {
  FileDescriptor memory = new_memory(name);
  write_all(memory.get(), bytes);
  return SealedFile(std::move(memory), bytes.size());
}

SealedFile::SealedFile(FileDescriptor fd, std::size_t size) : fd_(std::move(fd)), size_(size) {
  if (::fcntl(fd_.get(), F_ADD_SEALS, kSeals) != 0) {
    throw Error(ErrorKind::internal, "memory cannot be sealed: " + reason());
  }
  if (size_ == 0) return;
  void* mapped = ::mmap(nullptr, size_, PROT_READ, MAP_PRIVATE, fd_.get(), 0);
  if (mapped == MAP_FAILED) {
    throw Error(ErrorKind::internal, "sealed memory cannot be read: " + reason());
  }
  data_ = static_cast<const char*>(mapped);
}

SealedFile::SealedFile(SealedFile&& other) noexcept
    : fd_(std::move(other.fd_)),
      data_(std::exchange(other.data_, nullptr)),
      size_(std::exchange(other.size_, 0)) {}

SealedFile& SealedFile::operator=(SealedFile&& other) noexcept {
  std::swap(fd_, other.fd_);
  std::swap(data_, other.data_);
  std::swap(size_, other.size_);
  return *this;
}

SealedFile::~SealedFile() {
  if (data_ != nullptr) ::munmap(const_cast<char*>(data_), size_);
}

std::string SealedFile::child_path() const { return fmt::format("/proc/self/fd/{}", fd()); }

void require_root_program(const std::string& path) {
  if (path.empty() || path.front() != '/') {
    refuse(path, "is not an absolute path", "name the program as /usr/bin/ssh-keygen");
  }
  static_cast<void>(open_regular(path, FileOrigin::root));
}

}  // namespace sluice::os
