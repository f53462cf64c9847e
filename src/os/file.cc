#include "sluice/os/file.h"

#include <cerrno>
#include <system_error>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/file_descriptor.h"
#include "sluice/os/new_file.h"

namespace sluice::os {
namespace {

using model::Error;
using model::ErrorKind;

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

void write_all(int fd, std::string_view text, const std::string& path) {
  while (!text.empty()) {
    const ssize_t written = ::write(fd, text.data(), text.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) {
      throw Error(ErrorKind::storage, fmt::format("cannot write {}: {}", path, reason()));
    }
    text.remove_prefix(static_cast<std::size_t>(written));
  }
}

}  // namespace

void flush_directory(const std::string& path) {
  const FileDescriptor directory(::open(path.c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (directory.get() < 0 || ::fsync(directory.get()) != 0) {
    throw Error(ErrorKind::storage, fmt::format("cannot flush folder {}: {}", path, reason()));
  }
}

std::string read_file(const std::string& path, std::size_t max_bytes) {
  // O_NONBLOCK so that a FIFO in the place of a file is an error, not a hang.
  const FileDescriptor file(::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK));
  if (file.get() < 0) {
    throw Error(ErrorKind::config, fmt::format("cannot read {}: {}", path, reason()));
  }
  struct stat status {};
  if (::fstat(file.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::config, fmt::format("{} is not a regular file", path));
  }
  std::string text;
  char buffer[65536];
  for (;;) {
    const ssize_t got = ::read(file.get(), buffer, sizeof buffer);
    if (got == 0) return text;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) {
      throw Error(ErrorKind::config, fmt::format("cannot read {}: {}", path, reason()));
    }
    text.append(buffer, static_cast<std::size_t>(got));
    if (text.size() > max_bytes) {
      throw Error(ErrorKind::config, fmt::format("{} is larger than {} bytes", path, max_bytes));
    }
  }
}

void write_file(const std::string& path, std::string_view text, unsigned mode) {
  const std::string temporary = fmt::format("{}.{}.tmp", path, ::getpid());
  {
    const FileDescriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, mode));
    if (file.get() < 0) {
      throw Error(ErrorKind::storage, fmt::format("cannot write {}: {}", path, reason()),
                  "name a file in a folder that is there and that you may write to");
    }
    try {
      write_all(file.get(), text, path);
      if (::fsync(file.get()) != 0) {
        throw Error(ErrorKind::storage, fmt::format("cannot write {}: {}", path, reason()));
      }
    } catch (...) {
      ::unlink(temporary.c_str());
      throw;
    }
  }
  if (::rename(temporary.c_str(), path.c_str()) != 0) {
    const std::string why = reason();
    ::unlink(temporary.c_str());
    throw Error(ErrorKind::storage, fmt::format("cannot write {}: {}", path, why));
  }
  flush_directory(directory_of(path));
}

}  // namespace sluice::os
