#pragma once

#include "support/mysql_family.h"

namespace sluice::test {

class MariadbServer : public MysqlFamilyServer {
 public:
  explicit MariadbServer(const MysqlFamilyOptions& options = {});
  /// The one, with a binary log, that the tests of this process share; started by the first call.
  static MariadbServer& shared();
  /// Another shared one, without a binary log.
  static MariadbServer& shared_without_binlog();
};

class MariadbDatabase : public MysqlFamilyDatabase {
 public:
  explicit MariadbDatabase(MariadbServer& server = MariadbServer::shared())
      : MysqlFamilyDatabase(server) {}
};

}  // namespace sluice::test
