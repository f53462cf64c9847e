// Preloaded into sluice: from the nth call on, what writes, reads, flushes or names files below a
// folder fails, as it does on a full or a broken disk. "alter": what is written is not what was
// given. "flush-folder": only of folders, "flush" of them and of files.

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <sys/stat.h>
#include <unistd.h>

namespace {

std::atomic<int> calls = 0;

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool lies_in_folder(const char* path) {
  const char* const folder = setting("FAILING_DISK_FOLDER");
  return std::strncmp(path, folder, std::strlen(folder)) == 0;
}

bool lies_in_folder(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size() - 1);
  return size > 0 && lies_in_folder(path.data());
}

bool is_folder(int fd) {
  struct stat status {};
  return fstat(fd, &status) == 0 && S_ISDIR(status.st_mode);
}

/// True where the call, on a file or a path, is to fail; errno is set then.
template <typename File>
bool fails(const char* call, File file) {
  if (std::strcmp(setting("FAILING_DISK_CALL"), call) != 0 || !lies_in_folder(file)) return false;
  if (++calls < std::atoi(setting("FAILING_DISK_FROM"))) return false;
  errno = std::atoi(setting("FAILING_DISK_ERRNO"));
  return true;
}

template <typename Function>
Function real(const char* name) {
  return reinterpret_cast<Function>(dlsym(RTLD_NEXT, name));
}

using Write = ssize_t (*)(int, const void*, size_t);
using WriteAt = ssize_t (*)(int, const void*, size_t, off64_t);
using ReadAt = ssize_t (*)(int, void*, size_t, off64_t);
using Flush = int (*)(int);
using Rename = int (*)(const char*, const char*);
using RenameAt = int (*)(int, const char*, int, const char*, unsigned);

}  // namespace

extern "C" {

ssize_t write(int fd, const void* bytes, size_t size) {
  static const auto call = real<Write>("write");
  return fails("write", fd) ? -1 : call(fd, bytes, size);
}

ssize_t pwrite64(int fd, const void* bytes, size_t size, off64_t at) {
  static const auto call = real<WriteAt>("pwrite64");
  if (size > 0 && fails("alter", fd)) {
    std::string other(static_cast<const char*>(bytes), size);
    other[size / 2] = static_cast<char>(other[size / 2] ^ 1);
    return call(fd, other.data(), size, at);
  }
  return fails("write", fd) ? -1 : call(fd, bytes, size, at);
}

ssize_t pwrite(int fd, const void* bytes, size_t size, off_t at) {
  return pwrite64(fd, bytes, size, at);
}

ssize_t pread64(int fd, void* bytes, size_t size, off64_t at) {
  static const auto call = real<ReadAt>("pread64");
  return fails("read", fd) ? -1 : call(fd, bytes, size, at);
}

ssize_t pread(int fd, void* bytes, size_t size, off_t at) { return pread64(fd, bytes, size, at); }

int fdatasync(int fd) {
  static const auto call = real<Flush>("fdatasync");
  return fails("flush", fd) ? -1 : call(fd);
}

int fsync(int fd) {
  static const auto call = real<Flush>("fsync");
  if (is_folder(fd) && fails("flush-folder", fd)) return -1;
  return fails("flush", fd) ? -1 : call(fd);
}

int rename(const char* from, const char* to) {
  static const auto call = real<Rename>("rename");
  return fails("rename", to) ? -1 : call(from, to);
}

int renameat2(int from_folder, const char* from, int to_folder, const char* to, unsigned flags) {
  static const auto call = real<RenameAt>("renameat2");
  return fails("rename", to) ? -1 : call(from_folder, from, to_folder, to, flags);
}

}  // extern "C"
