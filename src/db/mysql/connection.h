#pragma once

#include <string>
#include <string_view>

#include "sluice/db/sql_session.h"

#include "db/mysql/client.h"
#include "db/mysql/settings.h"

namespace sluice::db::mysql {

/// One connection of the C client, which carries the data: rows by prepared statements that are not
/// buffered, and plain SQL between them. For one thread at a time; cancel() for any.
class Connection {
 public:
  /// Connects and runs session_statements(). Throws Error.
  explicit Connection(ConnectSettings settings);

  [[nodiscard]] MYSQL* handle() const noexcept { return handle_.get(); }
  [[nodiscard]] model::Engine engine() const noexcept { return engine_; }
  [[nodiscard]] const ConnectSettings& settings() const noexcept { return settings_; }
  [[nodiscard]] std::string id() const { return std::to_string(id_); }

  /// One statement by the text protocol; the result is held in memory.
  QueryResult query(std::string_view sql);

  /// Asks the server, over a connection of its own, to end the running statement.
  void cancel() const noexcept;

 private:
  ConnectSettings settings_;
  Handle handle_;
  unsigned long id_ = 0;
  model::Engine engine_ = model::Engine::mysql;
};

/// KILL QUERY for the connection with that id. Does nothing where the server cannot be reached.
void kill_query(const ConnectSettings& settings, unsigned long connection_id) noexcept;

}  // namespace sluice::db::mysql
