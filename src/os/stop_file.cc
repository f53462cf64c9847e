#include "sluice/os/stop_file.h"

#include <algorithm>
#include <cerrno>
#include <condition_variable>
#include <mutex>
#include <system_error>
#include <utility>

#include <fcntl.h>
#include <fmt/core.h>
#include <sys/stat.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/host.h"

namespace sluice::os {
namespace {

/// A reason is a sentence.
constexpr std::size_t kMaxReasonBytes = 500;

/// Of whatever can be read; what cannot is no reason to go on.
std::string first_line(const std::string& path) {
  // O_NONBLOCK so that a FIFO in the place of a file does not keep anybody waiting.
  const int file = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (file < 0) return "";
  std::string text(kMaxReasonBytes, '\0');
  const ssize_t got = ::read(file, text.data(), text.size());
  ::close(file);
  text.resize(got < 0 ? 0 : static_cast<std::size_t>(got));
  text.resize(std::min(text.size(), text.find('\n')));
  while (!text.empty() && (text.back() == '\r' || text.back() == ' ')) text.pop_back();
  return text;
}

StopNote note_of(const std::string& path) {
  try {
    const auto note = read_stop_file(path);
    return note ? *note : StopNote();
  } catch (const model::Error& error) {
    return {error.what(), this_process().user};
  }
}

/// Whether there is something, or nobody can tell.
bool is_there(const std::string& path) noexcept {
  struct stat status {};
  return ::lstat(path.c_str(), &status) == 0 || errno != ENOENT;
}

}  // namespace

std::optional<StopNote> read_stop_file(const std::string& path) {
  struct stat status {};
  if (::lstat(path.c_str(), &status) == 0)
    return StopNote{first_line(path), user_of(status.st_uid)};
  if (errno == ENOENT) return std::nullopt;
  throw model::Error(model::ErrorKind::config,
                     fmt::format("cannot tell whether the stop file {} is there: {}", path,
                                 std::error_code(errno, std::generic_category()).message()),
                     "name a file in a folder that is there and that this user may look into");
}

StopFile::StopFile(std::string path, Told told)
    : thread_([path = std::move(path), told = std::move(told)](const std::stop_token& ending) {
        std::mutex mutex;
        std::condition_variable_any wake;
        std::unique_lock lock(mutex);
        while (!ending.stop_requested()) {
          if (is_there(path)) return told(note_of(path));
          wake.wait_for(lock, ending, kInterval, [] { return false; });
        }
      }) {}

StopFile::~StopFile() = default;

}  // namespace sluice::os
