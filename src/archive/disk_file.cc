#include "archive/disk_file.h"

#include <algorithm>
#include <cerrno>
#include <system_error>
#include <vector>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

namespace sluice::archive {
namespace {

using model::Error;
using model::ErrorKind;

// Large enough that the calls cost nothing beside the bytes.
constexpr std::size_t kPieceBytes = std::size_t{1} << 18;

std::string reason() { return std::error_code(errno, std::generic_category()).message(); }

}  // namespace

void DiskFile::fail(const char* verb, std::uint64_t offset) const {
  const std::string why = reason();
  throw Error(
      ErrorKind::storage, fmt::format("cannot {} {} at byte {}: {}", verb, path_, offset, why),
      "see to the disk (space, quota, its health), then start again: what was stored is kept");
}

DiskFile DiskFile::open(const std::string& path, int flags) {
  // O_NONBLOCK so that a FIFO in the place of a file is an error, not a hang.
  DiskFile file(path, os::FileDescriptor(
                          ::open(path.c_str(), flags | O_NOFOLLOW | O_CLOEXEC | O_NONBLOCK, 0600)));
  if (file.fd_.get() < 0) {
    throw Error(ErrorKind::storage, fmt::format("cannot open {}: {}", path, reason()));
  }
  struct stat status {};
  if (::fstat(file.fd_.get(), &status) != 0 || !S_ISREG(status.st_mode)) {
    throw Error(ErrorKind::storage, fmt::format("{} is not a regular file", path));
  }
  return file;
}

DiskFile DiskFile::open_to_read(const std::string& path) { return open(path, O_RDONLY); }
DiskFile DiskFile::open_to_write(const std::string& path) { return open(path, O_RDWR); }
DiskFile DiskFile::create(const std::string& path) { return open(path, O_RDWR | O_CREAT | O_EXCL); }

std::uint64_t DiskFile::size() const {
  struct stat status {};
  if (::fstat(fd_.get(), &status) != 0) fail("ask for the size of", 0);
  return static_cast<std::uint64_t>(status.st_size);
}

std::size_t DiskFile::read_some(std::uint64_t offset, char* to, std::size_t bytes) const {
  std::size_t done = 0;
  while (done < bytes) {
    const ssize_t got =
        ::pread(fd_.get(), to + done, bytes - done, static_cast<off_t>(offset + done));
    if (got == 0) break;
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) fail("read", offset + done);
    done += static_cast<std::size_t>(got);
  }
  return done;
}

void DiskFile::read(std::uint64_t offset, char* to, std::size_t bytes) const {
  const std::size_t got = read_some(offset, to, bytes);
  if (got == bytes) return;
  throw Error(ErrorKind::storage, fmt::format("{} ends at byte {}, where {} more are expected",
                                              path_, offset + got, bytes - got));
}

std::string DiskFile::read(std::uint64_t offset, std::size_t bytes) const {
  std::string out(bytes, '\0');
  read(offset, out.data(), bytes);
  return out;
}

void DiskFile::write(std::uint64_t offset, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t written =
        ::pwrite(fd_.get(), bytes.data(), bytes.size(), static_cast<off_t>(offset));
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) fail("write", offset);
    if (written == 0) {
      errno = EIO;  // no progress and no reason: never try for ever
      fail("write", offset);
    }
    offset += static_cast<std::uint64_t>(written);
    bytes.remove_prefix(static_cast<std::size_t>(written));
  }
}

void DiskFile::truncate(std::uint64_t size) {
  while (::ftruncate(fd_.get(), static_cast<off_t>(size)) != 0) {
    if (errno != EINTR) fail("cut", size);
  }
}

void DiskFile::flush() {
  // Not repeated, whatever errno says: see the header.
  if (::fdatasync(fd_.get()) != 0) fail("flush", size());
}

void DiskFile::forget_pages() const noexcept {
  static_cast<void>(::posix_fadvise(fd_.get(), 0, 0, POSIX_FADV_DONTNEED));
}

std::string sha256_of(const DiskFile& file, std::uint64_t bytes) {
  codec::Sha256 sha256;
  std::vector<char> piece(kPieceBytes);
  for (std::uint64_t at = 0; at < bytes;) {
    const std::size_t size =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), bytes - at));
    file.read(at, piece.data(), size);
    sha256.update({piece.data(), size});
    at += size;
  }
  return sha256.finish_hex();
}

void copy_tail(const DiskFile& from, std::uint64_t offset, const std::string& path) {
  DiskFile to = DiskFile::create(path);
  std::vector<char> piece(kPieceBytes);
  for (std::uint64_t at = offset;;) {
    const std::size_t got = from.read_some(at, piece.data(), piece.size());
    if (got == 0) break;
    to.write(at - offset, {piece.data(), got});
    at += got;
  }
  to.flush();
}

}  // namespace sluice::archive
