#include <algorithm>
#include <map>
#include <set>

#include "sluice/archive/reader.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "archive/batch_rows.h"
#include "archive/folder.h"

namespace sluice::archive {
namespace {

/// Goes through all of an archive and collects what is wrong, one thing a file at most: behind it
/// nothing is certain.
class Check {
 public:
  explicit Check(std::string directory) : directory_(std::move(directory)) {}

  std::vector<Damage> run() {
    names_ = list(directory_);
    guarded("", [&] { refuse_foreign(directory_, names_); });
    guarded(std::string(kIndexName), [&] {
      index_ = load_index(directory_);
      known_ = true;
    });
    if (known_) check_files();
    return std::move(damages_);
  }

 private:
  template <typename Work>
  void guarded(const std::string& file, Work work) {
    try {
      work();
    } catch (const DamagedFile& damaged) {
      damages_.push_back({file, damaged.offset(), damaged.what_is_wrong()});
    } catch (const model::Error& error) {
      damages_.push_back({file, 0, error.what()});
    }
  }

  void check_files() {
    std::map<std::string, std::string> ddl;
    for (const auto& [name, kind] : names_) {
      if (kind == NameKind::data) guarded(name, [&, &file = name] { check_data(file, ddl); });
    }
    // A table's DDL is there before its first file, so in an archive that was not finished it may
    // be there alone.
    for (const auto& [name, sha256] : ddl) {
      guarded(name, [&, &file = name, &wanted = sha256] { compare_hash(file, wanted); });
    }
    // Files that stand in a wrong place, and gaps between them.
    if (damages_.empty()) {
      guarded("", [&] { static_cast<void>(scan_folder(directory_, names_, index_.head)); });
    }
    if (index_.finished) check_index();
  }

  void check_data(const std::string& name, std::map<std::string, std::string>& ddl) {
    const DataFile data = scan_named(directory_, name, index_.head);
    ddl[ddl_name(data.head.table)] = data.head.ddl_sha256;
    const DiskFile file = DiskFile::open_to_read(path_in(directory_, name));
    codec::RowHasher hasher(index_.head.algorithm, index_.head.seed);
    codec::RowBuffer rows;
    for (const FoundBatch& batch : data.batches) {
      read_rows(file, batch, decompressor_, hasher, rows);
    }
    if (data.sound_bytes == data.bytes) return;
    throw DamagedFile(name, data.sound_bytes,
                      std::to_string(data.bytes - data.sound_bytes) +
                          " bytes behind the last stored batch: a batch that was begun, or damage");
  }

  void compare_hash(const std::string& name, const std::string& sha256) {
    const DiskFile file = DiskFile::open_to_read(path_in(directory_, name));
    if (sha256_of(file, file.size()) != sha256) {
      throw DamagedFile(name, 0, "is not the file that was written");
    }
  }

  /// Of a finished archive: the very files, and no others.
  void check_index() {
    std::set<std::string> indexed{std::string(kIndexName), std::string(kLockName)};
    for (const IndexedTable& table : index_.tables) {
      indexed.insert(table.ddl_file);
      guarded_once(table.ddl_file, table.ddl_sha256);
      for (const IndexedFile& file : table.files) {
        indexed.insert(file.name);
        guarded_once(file.name, file.sha256);
      }
    }
    for (const KeptAside& kept : index_.kept_aside) {
      indexed.insert(kept.name);
      guarded_once(kept.name, kept.sha256);
    }
    for (const auto& [name, kind] : names_) {
      if (indexed.count(name) == 0) damages_.push_back({name, 0, "is not in the index"});
    }
  }

  void guarded_once(const std::string& name, const std::string& sha256) {
    const bool known = std::any_of(damages_.begin(), damages_.end(),
                                   [&](const Damage& damage) { return damage.file == name; });
    if (!known) guarded(name, [&] { compare_hash(name, sha256); });
  }

  std::string directory_;
  std::vector<std::pair<std::string, NameKind>> names_;
  Index index_;
  bool known_ = false;
  Decompressor decompressor_;
  std::vector<Damage> damages_;
};

}  // namespace

std::vector<Damage> check(const std::string& directory) { return Check(directory).run(); }

}  // namespace sluice::archive
