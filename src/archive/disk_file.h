#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/os/file_descriptor.h"

namespace sluice::archive {

/// A file of an archive, read and written at given places. Symbolic links are not followed. Every
/// failure throws Error{storage} that names the file and the byte.
class DiskFile {
 public:
  /// Throws Error{storage} too where it is not a regular file.
  [[nodiscard]] static DiskFile open_to_read(const std::string& path);
  [[nodiscard]] static DiskFile open_to_write(const std::string& path);
  /// For the owner only; throws where the name is taken.
  [[nodiscard]] static DiskFile create(const std::string& path);

  [[nodiscard]] const std::string& path() const noexcept { return path_; }
  [[nodiscard]] std::uint64_t size() const;
  /// Fewer than `bytes` only at the end of the file.
  [[nodiscard]] std::size_t read_some(std::uint64_t offset, char* to, std::size_t bytes) const;
  /// Throws where the file ends before.
  void read(std::uint64_t offset, char* to, std::size_t bytes) const;
  [[nodiscard]] std::string read(std::uint64_t offset, std::size_t bytes) const;
  void write(std::uint64_t offset, std::string_view bytes);
  void truncate(std::uint64_t size);
  /// To the disk. Never call it again after it threw: the kernel has dropped what it could not
  /// write, and would say that all is well.
  void flush();
  /// What is read next comes from the disk and not from memory, where the file system can do that.
  void forget_pages() const noexcept;

 private:
  DiskFile(std::string path, os::FileDescriptor fd) : path_(std::move(path)), fd_(std::move(fd)) {}
  [[nodiscard]] static DiskFile open(const std::string& path, int flags);
  [[noreturn]] void fail(const char* verb, std::uint64_t offset) const;

  std::string path_;
  os::FileDescriptor fd_;
};

/// The lower-case SHA-256 of the file's first `bytes` bytes.
[[nodiscard]] std::string sha256_of(const DiskFile& file, std::uint64_t bytes);

/// Copies the bytes from `offset` on into a new file, flushed.
void copy_tail(const DiskFile& from, std::uint64_t offset, const std::string& path);

}  // namespace sluice::archive
