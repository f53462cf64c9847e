#pragma once

#include <chrono>
#include <functional>
#include <optional>
#include <string>
#include <thread>

namespace sluice::os {

/// What a stop file says.
struct StopNote {
  std::string reason;  // its first line, as it is; empty where there is none or it cannot be read
  std::string owner;   // OS user name, or its number
};
/// Absent where nothing is at that path. Whatever is there counts: also what cannot be read, and
/// what is no regular file. Throws Error{config} where nobody can tell, such as in a folder that
/// may not be searched.
[[nodiscard]] std::optional<StopNote> read_stop_file(const std::string& path);

/// While it lives: looks twice a second, on a thread of its own, whether the file is there, and
/// tells once. A way to stop that needs no server. Where nobody can tell any more whether it is
/// there, that counts as a stop too, with the reason why.
class StopFile {
 public:
  using Told = std::function<void(const StopNote&)>;
  static constexpr std::chrono::milliseconds kInterval{500};

  StopFile(std::string path, Told told);
  StopFile(const StopFile&) = delete;
  StopFile& operator=(const StopFile&) = delete;
  ~StopFile();

 private:
  std::jthread thread_;
};

}  // namespace sluice::os
