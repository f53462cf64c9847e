#include "retire/archive_head.h"

#include <chrono>
#include <filesystem>
#include <optional>

#include "sluice/archive/reader.h"
#include "sluice/codec/utc_time.h"

namespace sluice::retire {
namespace {

std::optional<archive::Reader> existing(const std::string& directory) {
  std::error_code ignored;
  if (!std::filesystem::exists(directory, ignored)) return std::nullopt;
  if (std::filesystem::is_empty(directory, ignored)) return std::nullopt;
  return archive::Reader::open(directory);
}

std::string utc_now() {
  return codec::utc_time_text(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace

archive::Head archive_head(const Setting& setting, const Request& request) {
  archive::Head head;
  head.id = "retire-" + setting.manifest_sha256;
  head.manifest_sha256 = setting.manifest_sha256;
  head.run_id = setting.run_id;
  head.engine = setting.catalog.server.engine;
  head.source_identity = setting.catalog.server.identity;
  head.source_database = setting.catalog.server.database;
  head.algorithm = setting.algorithm;
  head.seed = setting.seed;
  const auto begun = existing(request.proposal.archive);
  head.created_at = begun ? begun->head().created_at : utc_now();
  return head;
}

bool is_finished(const std::string& directory) {
  const auto found = existing(directory);
  return found && found->finished();
}

}  // namespace sluice::retire
