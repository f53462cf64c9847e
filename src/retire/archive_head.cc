#include "retire/archive_head.h"

#include <chrono>
#include <filesystem>
#include <optional>
#include <set>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/codec/utc_time.h"
#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

std::optional<archive::Reader> existing(const std::string& directory) {
  std::error_code ignored;
  // Whoever died before it was written has stored nothing.
  if (!std::filesystem::exists(directory + "/archive.json", ignored)) return std::nullopt;
  return archive::Reader::open(directory);
}

std::string id_of(const Setting& setting) { return "retire-" + setting.manifest_sha256; }

void require_batches(const std::optional<archive::Reader>& reader, const std::string& directory,
                     Consumed& consumed) {
  std::set<ConsumedPlace> stored;
  if (reader) {
    for (const archive::ArchivedTable& table : reader->tables()) {
      for (const archive::Stored& batch : table.batches) {
        stored.insert({table.head.number, batch.file, batch.offset, batch.sha256});
      }
    }
  }
  for (const ConsumedPlace& place : consumed.places()) {
    if (stored.contains(place)) continue;
    throw model::Error(
        model::ErrorKind::storage,
        fmt::format(
            "the archive {} lacks rows that were deleted from the source: batch of table {} "
            "at byte {} of {}",
            directory, place.table_no, place.offset, place.file),
        "see that it is the archive of the earlier calls, whole; nothing more goes until it is");
  }
}

std::string utc_now() {
  return codec::utc_time_text(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
}

}  // namespace

archive::Head archive_head(const Setting& setting, const Request& request) {
  archive::Head head;
  head.id = id_of(setting);
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

bool is_finished(const Setting& setting, const std::string& directory, Consumed consumed) {
  const auto found = existing(directory);
  require_batches(found, directory, consumed);
  if (!found || !found->finished()) return false;
  if (found->head().id == id_of(setting)) return true;
  throw model::Error(model::ErrorKind::drift,
                     fmt::format("{} holds an archive of another manifest", directory),
                     "propose again with a folder of its own");
}

}  // namespace sluice::retire
