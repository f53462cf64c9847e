#include "sluice/os/new_file.h"

#include <cerrno>
#include <cstdio>
#include <cstdlib>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/mman.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/file.h"

namespace sluice::os {
namespace {

constexpr mode_t kOwnerOnly = 0600;

[[noreturn]] void fail(const char* what, const std::string& path, std::string hint = {}) {
  const std::string why = std::error_code(errno, std::generic_category()).message();
  throw model::Error(model::ErrorKind::storage, fmt::format("cannot {} {}: {}", what, path, why),
                     std::move(hint));
}

void write_whole(int fd, std::string_view bytes, const std::string& path) {
  while (!bytes.empty()) {
    const ssize_t written = ::write(fd, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", path);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

/// Like rename(), but a file that bears the name already stays; false, with errno set, then.
bool rename_to_free_name(const std::string& from, const std::string& to) {
  if (::renameat2(AT_FDCWD, from.c_str(), AT_FDCWD, to.c_str(), RENAME_NOREPLACE) == 0) return true;
  if (errno != EINVAL && errno != ENOSYS) return false;
  // NFS does not know the flag, and has links.
  return ::link(from.c_str(), to.c_str()) == 0 && ::unlink(from.c_str()) == 0;
}

}  // namespace

NewFile::NewFile(std::string path)
    : path_(std::move(path)),
      temporary_(fmt::format("{}.{}.tmp", path_, ::getpid())),
      file_(::open(temporary_.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, kOwnerOnly)) {
  if (file_.get() >= 0) return;
  const std::string name = std::exchange(temporary_, {});
  fail("write", name, "name a file in a folder that is there and that you may write to");
}

NewFile::~NewFile() {
  if (!temporary_.empty()) ::unlink(temporary_.c_str());
}

void NewFile::write(std::string_view bytes) { write_whole(file_.get(), bytes, path_); }

void NewFile::finish() {
  if (::fsync(file_.get()) != 0) fail("flush", path_);
  if (!rename_to_free_name(temporary_, path_)) fail("write", path_);
  temporary_.clear();
  flush_directory(directory_of(path_));
}

SpillFile::SpillFile(const std::string& directory) {
  std::string name = directory + "/.sluice-spill-XXXXXX";
  file_ = FileDescriptor(::mkostemp(name.data(), O_CLOEXEC));
  if (file_.get() < 0) fail("write to folder", directory);
  ::unlink(name.c_str());
}

void SpillFile::append(std::string_view bytes) {
  write_whole(file_.get(), bytes, "a file of intermediate results");
  size_ += bytes.size();
}

void SpillFile::read(std::uint64_t offset, char* to, std::size_t size) const {
  while (size > 0) {
    const ssize_t got = ::pread(file_.get(), to, size, static_cast<off_t>(offset));
    if (got < 0 && errno == EINTR) continue;
    if (got <= 0) fail("read", "a file of intermediate results");
    const auto count = static_cast<std::size_t>(got);
    offset += count;
    to += count;
    size -= count;
  }
}

void SpillFile::clear() {
  const bool is_empty = ::ftruncate(file_.get(), 0) == 0 && ::lseek(file_.get(), 0, SEEK_SET) == 0;
  if (!is_empty) fail("empty", "a file of intermediate results");
  size_ = 0;
}

MappedFile::MappedFile(const std::string& path) {
  // O_NONBLOCK so that a FIFO in the place of a file is an error, not a hang.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  struct stat status {};
  if (file.get() < 0 || ::fstat(file.get(), &status) != 0) fail("read", path);
  if (!S_ISREG(status.st_mode)) {
    throw model::Error(model::ErrorKind::storage, path + " is not a regular file");
  }
  const auto size = static_cast<std::size_t>(status.st_size);
  if (size == 0) return;
  void* const at = ::mmap(nullptr, size, PROT_READ, MAP_PRIVATE, file.get(), 0);
  if (at == MAP_FAILED) fail("read", path);
  bytes_ = {static_cast<const char*>(at), size};
}

MappedFile::MappedFile(MappedFile&& other) noexcept : bytes_(std::exchange(other.bytes_, {})) {}

MappedFile& MappedFile::operator=(MappedFile&& other) noexcept {
  std::swap(bytes_, other.bytes_);
  return *this;
}

MappedFile::~MappedFile() {
  // munmap takes what mmap gave, which was never const.
  if (!bytes_.empty()) ::munmap(const_cast<char*>(bytes_.data()), bytes_.size());
}

bool is_there(const std::string& path) {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0;
}

std::string directory_of(const std::string& path) {
  const std::size_t slash = path.rfind('/');
  if (slash == std::string::npos) return ".";
  return slash == 0 ? "/" : path.substr(0, slash);
}

}  // namespace sluice::os
