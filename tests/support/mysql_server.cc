#include "support/mysql_server.h"

#include <stdexcept>

#include "support/run_process.h"
#include "support/source_tree.h"

namespace sluice::test {
namespace {

/// What scripts/servers ends with where it finds none; anything else is a fault.
constexpr int kNotHere = 3;

std::string look_for_mysqld() {
  const RunResult result = run_process({in_source_tree("scripts/servers"), "mysqld"});
  if (result.exit_code == 0) return "";
  if (result.exit_code != kNotHere) throw std::runtime_error(result.err);
  return result.out.empty() ? "no MySQL server here" : result.out;
}

}  // namespace

MysqlServer::MysqlServer(const MysqlFamilyOptions& options)
    : MysqlFamilyServer("--mysql", "mysql1", options) {}

const std::string& MysqlServer::missing() {
  static const std::string reason = look_for_mysqld();
  return reason;
}

MysqlServer& MysqlServer::shared() {
  static MysqlServer server;
  return server;
}

}  // namespace sluice::test
