#pragma once

#include "support/mysql_family.h"

namespace sluice::test {

/// MySQL's own server, which few machines have: a test that wants one begins with NEEDS_MYSQL.
class MysqlServer : public MysqlFamilyServer {
 public:
  explicit MysqlServer(const MysqlFamilyOptions& options = {});
  /// Why there is none on this machine; empty where there is one.
  [[nodiscard]] static const std::string& missing();
  /// The one, with a binary log, that the tests of this process share; started by the first call.
  static MysqlServer& shared();

  /// The authority of the certificate that the server has made for itself.
  [[nodiscard]] std::string authority() const { return setting("CA"); }
};

class MysqlDatabase : public MysqlFamilyDatabase {
 public:
  explicit MysqlDatabase(MysqlServer& server = MysqlServer::shared())
      : MysqlFamilyDatabase(server) {}
};

}  // namespace sluice::test

/// Reports the test as skipped, with the reason, where there is no MySQL server.
#define NEEDS_MYSQL() \
  if (!::sluice::test::MysqlServer::missing().empty()) SKIP(::sluice::test::MysqlServer::missing())
