// Preloaded into sluice: from the nth call on, what writes, reads or flushes files below a folder
// fails, as it does on a full or a broken disk. "alter": what is written is not what was given.

#include <array>
#include <atomic>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <string>

#include <dlfcn.h>
#include <unistd.h>

namespace {

std::atomic<int> calls = 0;

const char* setting(const char* name) {
  const char* const value = std::getenv(name);
  return value == nullptr ? "" : value;
}

bool lies_in_folder(int fd) {
  std::array<char, 4096> path{};
  const std::string link = "/proc/self/fd/" + std::to_string(fd);
  const ssize_t size = readlink(link.c_str(), path.data(), path.size() - 1);
  return size > 0 && std::strncmp(path.data(), setting("FAILING_DISK_FOLDER"),
                                  std::strlen(setting("FAILING_DISK_FOLDER"))) == 0;
}

/// True where the call is to fail; errno is set then.
bool fails(const char* call, int fd) {
  if (std::strcmp(setting("FAILING_DISK_CALL"), call) != 0 || !lies_in_folder(fd)) return false;
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
  return fails("flush", fd) ? -1 : call(fd);
}

}  // extern "C"
