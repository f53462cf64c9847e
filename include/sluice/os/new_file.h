#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/os/file_descriptor.h"

/// Files that are made piece by piece. All of it throws Error{storage}; for one thread at a time.
namespace sluice::os {

/// A file in the making, readable by its owner only, that bears its name when it is whole and
/// flushed, or never: until finish() it stands beside `path` under a name that ends in ".tmp".
class NewFile {
 public:
  explicit NewFile(std::string path);
  NewFile(const NewFile&) = delete;
  NewFile& operator=(const NewFile&) = delete;
  ~NewFile();  ///< without finish(): the file is gone

  void write(std::string_view bytes);
  /// Gives it its name; a file that bears it already stays as it is, and is an error.
  void finish();

 private:
  std::string path_;
  std::string temporary_;
  FileDescriptor file_;
};

/// Bytes that do not fit into memory, in a file without a name: whatever ends the process, nothing
/// is left of it.
class SpillFile {
 public:
  /// On the disk of `directory`.
  explicit SpillFile(const std::string& directory);

  void append(std::string_view bytes);
  [[nodiscard]] std::uint64_t size() const noexcept { return size_; }
  /// REQUIRES: offset + size <= size().
  void read(std::uint64_t offset, char* to, std::size_t size) const;
  /// Forgets the bytes.
  void clear();

 private:
  FileDescriptor file_;
  std::uint64_t size_ = 0;
};

/// The bytes of a regular file, read from it as they are looked at.
class MappedFile {
 public:
  explicit MappedFile(const std::string& path);
  MappedFile(MappedFile&& other) noexcept;
  MappedFile& operator=(MappedFile&& other) noexcept;
  MappedFile(const MappedFile&) = delete;
  MappedFile& operator=(const MappedFile&) = delete;
  ~MappedFile();
  [[nodiscard]] std::string_view bytes() const noexcept { return bytes_; }

 private:
  std::string_view bytes_;
};

/// Whether anything bears that name, a dangling link included.
[[nodiscard]] bool is_there(const std::string& path);
/// "." where the path has none.
[[nodiscard]] std::string directory_of(const std::string& path);

}  // namespace sluice::os
