#pragma once

#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/document/document.h"
#include "sluice/ledger/records.h"
#include "sluice/manifest/manifest.h"

/// Manifests that lie in files.
namespace sluice::cli {

struct ManifestFile {
  std::string path;
  std::string sha256;
  document::Document document;
  manifest::Manifest manifest;
};
/// Throws Error{approval} where the file is no manifest, whole and as it was written.
[[nodiscard]] ManifestFile read_manifest_file(const std::string& path);

/// What a manifest was held against, and what did not agree.
struct ManifestCheck {
  std::vector<std::string> checked;
  std::vector<std::string> tampered;  ///< it is not what a verification has written
  std::vector<std::string> foreign;   ///< it is of another run, or of other servers
};
/// The file by itself, and with its proof.
void check_contents(const ManifestFile& file, const std::string& proof_path, ManifestCheck& check);
/// Whether the target's ledger has its run, and knows it.
void check_ledger(const ManifestFile& file, db::SqlSession& ledger, ManifestCheck& check);
/// Whether the run's events tell that a verification has written the file of this SHA-256.
[[nodiscard]] bool was_written(const std::string& sha256, const std::vector<ledger::Event>& events);
/// Whether this is the server that the manifest speaks of. `side`: for words.
void check_server(const manifest::Server& planned, const model::ServerIdentity& found,
                  const std::string& side, ManifestCheck& check);

/// What became of each table's rows, in three lines each.
[[nodiscard]] std::string summary_of(const ManifestFile& file);

}  // namespace sluice::cli
