#pragma once

#include <cstddef>
#include <cstdint>
#include <string>
#include <string_view>

#include "sluice/os/file_descriptor.h"

/// Files on which a decision rests: read once, and from then on only from a copy in memory that
/// nobody can change, so that what was checked is what is used.
namespace sluice::os {

/// Who may have written a file.
enum class FileOrigin : std::uint8_t {
  anyone,   ///< what it says proves itself: a signature, a signed document
  trusted,  ///< it and every folder above it belong to root or to this process's user, and nobody
            ///< else may write to them
  root,     ///< the same, of root alone: programs
};

/// A copy in memory, sealed against writing, growing and shrinking (memfd_create, F_ADD_SEALS).
/// Immutable; for any number of threads at a time.
class SealedFile {
 public:
  /// Opens a regular file of at most `max_bytes` and copies it. Symbolic links are refused at every
  /// place of a trusted path, at its end always. A folder that everybody may write to (/tmp) is
  /// accepted where it is sticky: others cannot replace in it what is not theirs. Throws
  /// Error{approval} with the reason and what to do.
  [[nodiscard]] static SealedFile open(const std::string& path, FileOrigin origin,
                                       std::size_t max_bytes);
  /// Of bytes that are there. `name` is for /proc only.
  [[nodiscard]] static SealedFile of(std::string_view bytes, const char* name);

  SealedFile(SealedFile&& other) noexcept;
  SealedFile& operator=(SealedFile&& other) noexcept;
  SealedFile(const SealedFile&) = delete;
  SealedFile& operator=(const SealedFile&) = delete;
  ~SealedFile();

  [[nodiscard]] std::string_view bytes() const noexcept { return {data_, size_}; }
  [[nodiscard]] int fd() const noexcept { return fd_.get(); }
  /// For a child that inherits fd() under its number: "/proc/self/fd/7".
  [[nodiscard]] std::string child_path() const;

 private:
  explicit SealedFile(FileDescriptor fd, std::size_t size);

  FileDescriptor fd_;
  const char* data_ = nullptr;  // mapped from fd_
  std::size_t size_ = 0;
};

/// Refuses a program that is no regular file, is not root's, or could be replaced by others, as
/// SealedFile::open does. The path has to be absolute.
void require_root_program(const std::string& path);

}  // namespace sluice::os
