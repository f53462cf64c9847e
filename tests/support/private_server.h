#pragma once

#include <map>
#include <string>
#include <vector>

#include <sys/types.h>

#include "support/temp_dir.h"

namespace sluice::test {

/// One database server of its own, run by scripts/servers in a temporary directory. It ends, and
/// its files go, with this object or with this process, however that ends. Used from one thread.
class PrivateServer {
 public:
  PrivateServer(const PrivateServer&) = delete;
  PrivateServer& operator=(const PrivateServer&) = delete;

  /// Clean stop and start, on the same port and socket.
  void restart();
  /// Stop as a crash would: SIGKILL. start() or restart() brings the server back.
  void stop_immediately();
  void stop();
  void start();

  [[nodiscard]] pid_t pid() const;
  [[nodiscard]] int port() const;
  [[nodiscard]] std::string user() const { return setting("USER"); }
  /// The server's log so far.
  [[nodiscard]] std::string log() const;

 protected:
  /// `kind` is --postgres or --mariadb; `name` what scripts/servers calls the one server of that
  /// kind.
  PrivateServer(const std::string& kind, std::string name, const std::vector<std::string>& options);
  ~PrivateServer();

  [[nodiscard]] std::string setting(const std::string& key) const;

 private:
  void call(const std::vector<std::string>& arguments);

  TempDir dir_;
  std::string name_;
  std::map<std::string, std::string> settings_;
};

/// A name that no other database of this process's servers has.
[[nodiscard]] std::string fresh_database_name();

}  // namespace sluice::test
