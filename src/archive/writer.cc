#include "sluice/archive/writer.h"

#include <algorithm>
#include <map>
#include <set>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/kill_point.h"

#include "archive/carrier_ddl.h"
#include "archive/file_writer.h"
#include "archive/folder.h"
#include "archive/row_check.h"

namespace sluice::archive {
namespace {

using model::Error;
using model::ErrorKind;

/// A table of the archive that is written.
struct WrittenTable {
  TableHead head;
  std::string ddl_sha256;
  std::vector<IndexedFile> closed;  ///< closed by this writer
  std::vector<DataFile> files;      ///< found when the archive was opened, not in `closed`
  std::optional<Stored> last;
  int next_file = 1;
};

void require_same(const Head& there, const Head& wanted) {
  const auto same = [](const char* what, const std::string& a, const std::string& b) {
    if (a == b) return;
    throw Error(ErrorKind::drift,
                fmt::format("the archive was begun with another {}: {}, not {}", what, a, b),
                "name another folder for another archive");
  };
  same("id", there.id, wanted.id);
  same("manifest", there.manifest_sha256, wanted.manifest_sha256);
  same("run", there.run_id, wanted.run_id);
  same("engine", model::to_string(there.engine), model::to_string(wanted.engine));
  same("source", there.source_identity, wanted.source_identity);
  same("source database", there.source_database, wanted.source_database);
  same("time", there.created_at, wanted.created_at);
  same("digest algorithm", std::string(codec::to_string(there.algorithm)),
       std::string(codec::to_string(wanted.algorithm)));
  same("seed", std::to_string(there.seed), std::to_string(wanted.seed));
}

}  // namespace

class Writer::Impl {
 public:
  Impl(std::string directory, const Head& head, const WriterOptions& options)
      : directory_(std::move(directory)),
        head_(head),
        options_(options),
        compressor_(options.level),
        hasher_(head.algorithm, head.seed) {
    make_folder(directory_);
    lock_ = lock_folder(directory_);
    refuse_foreign(directory_, list(directory_));
    begin_or_go_on();
  }

  Stored append(const TableHead& table, const codec::RowBuffer& rows) {
    require_sound();
    require_rows_of(table, rows);
    WrittenTable& written = table_of(table);
    codec::RowSetDigest digest(head_.algorithm);
    digest.add_rows(hasher_, rows);
    const Attempt attempt(sound_);
    FileWriter& file = file_for(written);
    Stored stored = file.append(rows, digest);
    written.last = stored;
    attempt.succeeded();
    return stored;
  }

  [[nodiscard]] std::optional<Stored> last_stored(int number) const {
    const auto found = tables_.find(number);
    return found == tables_.end() ? std::nullopt : found->second.last;
  }

  void take_back(int number, const Stored& stored) {
    require_sound();
    const auto found = tables_.find(number);
    if (found == tables_.end() || found->second.last != stored) {
      throw Error(ErrorKind::internal, "only a table's newest batch can be taken back");
    }
    const Attempt attempt(sound_);
    FileWriter& file = current_file(found->second);
    const DataFile& state = file.state();
    if (state.closed || state.batches.empty() || state.batches.back().stored != stored) {
      throw Error(ErrorKind::internal, "a batch of a closed file cannot be taken back");
    }
    file.take_back();
    found->second.last.reset();
    if (!state.batches.empty()) found->second.last = state.batches.back().stored;
    attempt.succeeded();
  }

  [[nodiscard]] bool holds(const Stored& stored) const {
    if (name_kind(stored.file) != NameKind::data) return false;
    const DataFile file = scan_named(directory_, stored.file, head_);
    return std::any_of(file.batches.begin(), file.batches.end(),
                       [&](const FoundBatch& batch) { return batch.stored == stored; });
  }

  void finish() {
    require_sound();
    const Attempt attempt(sound_);
    Index index;
    index.head = head_;
    index.finished = true;
    for (auto& [number, table] : tables_) index.tables.push_back(finished(table));
    index.kept_aside = kept_aside();
    SLUICE_KILL_POINT("archive-files-closed");
    os::write_file(path_in(directory_, kIndexName), to_json(index), 0600);
    SLUICE_KILL_POINT("archive-finished");
    // Not succeeded(): a finished archive takes nothing more.
    finished_ = true;
  }

 private:
  /// Until it succeeded, the writer counts as failed.
  class Attempt {
   public:
    explicit Attempt(bool& sound) : sound_(sound) { sound_ = false; }
    void succeeded() const noexcept { sound_ = true; }

   private:
    bool& sound_;
  };

  void require_sound() const {
    if (finished_) throw Error(ErrorKind::internal, "this archive is finished");
    if (sound_) return;
    throw Error(ErrorKind::storage, "this writer of " + directory_ + " has failed before",
                "open the archive again: what was stored is there");
  }

  void begin_or_go_on() {
    remove_unfinished();
    auto names = list(directory_);
    const bool begun = std::any_of(names.begin(), names.end(),
                                   [](const auto& name) { return name.second == NameKind::index; });
    if (!begun) {
      Index index;
      index.head = head_;
      os::write_file(path_in(directory_, kIndexName), to_json(index), 0600);
      SLUICE_KILL_POINT("archive-begun");
      return;
    }
    const Index index = load_index(directory_);
    require_same(index.head, head_);
    if (index.finished) {
      throw Error(ErrorKind::storage, "the archive in " + directory_ + " is finished",
                  "name an empty folder for another archive");
    }
    take_over(names);
  }

  void remove_unfinished() {
    for (const auto& [name, kind] : list(directory_)) {
      if (kind == NameKind::unfinished) ::unlink(path_in(directory_, name).c_str());
    }
  }

  void take_over(const std::vector<std::pair<std::string, NameKind>>& names) {
    auto scanned = scan_folder(directory_, names, head_);
    remove_lone_ddl(names, scanned);
    for (auto& [number, files] : scanned) {
      WrittenTable& table = tables_[number];
      table.head = files.back().head.table;
      table.ddl_sha256 = files.back().head.ddl_sha256;
      table.next_file = files.back().head.file + 1;
      for (DataFile& file : files) {
        if (file.bytes != file.sound_bytes) file = cut_tail(directory_, file);
      }
      if (!files.back().batches.empty()) table.last = files.back().batches.back().stored;
      table.files = std::move(files);
    }
  }

  /// A writer died between a table's DDL and its first file: the table is not in the archive.
  void remove_lone_ddl(const std::vector<std::pair<std::string, NameKind>>& names,
                       const std::map<int, std::vector<DataFile>>& tables) {
    std::set<std::string> known;
    for (const auto& [number, files] : tables) known.insert(ddl_name(files.front().head.table));
    for (const auto& [name, kind] : names) {
      if (kind == NameKind::ddl && known.count(name) == 0) {
        ::unlink(path_in(directory_, name).c_str());
      }
    }
  }

  /// The table's entry; a new one where it is not in the archive yet.
  WrittenTable& table_of(const TableHead& head) {
    const auto found = tables_.find(head.number);
    if (found != tables_.end()) {
      if (found->second.head == head) return found->second;
      throw Error(ErrorKind::drift,
                  fmt::format("table {} is in the archive with other columns, or as another table",
                              head.source.text()),
                  "archive the table as it is now into another folder");
    }
    for (const auto& [number, table] : tables_) {
      if (table.head.source != head.source) continue;
      throw Error(ErrorKind::drift, fmt::format("table {} is in the archive under another number",
                                                head.source.text()));
    }
    WrittenTable& table = tables_[head.number];
    table.head = head;
    return table;
  }

  /// The file that the next batch goes to.
  FileWriter& file_for(WrittenTable& table) {
    if (table.files.empty() || table.files.back().closed) {
      begin_file(table);
    } else if (current_file(table).state().bytes >= options_.file_bytes) {
      table.closed.push_back(current_file(table).close());
      table.files.pop_back();
      current_.reset();
      begin_file(table);
    }
    return current_file(table);
  }

  void begin_file(WrittenTable& table) {
    if (table.next_file == 1) {
      const std::string ddl = carrier_ddl(head_, table.head);
      os::write_file(path_in(directory_, ddl_name(table.head)), ddl, 0600);
      table.ddl_sha256 = codec::sha256_hex(ddl);
      SLUICE_KILL_POINT("archive-ddl-written");
    }
    const FileRecord record{head_.id, table.head, table.next_file, table.ddl_sha256};
    make_data_file(directory_, record, compressor_);
    table.files.push_back(scan_named(directory_, data_name(table.head, table.next_file), head_));
    ++table.next_file;
  }

  /// Only one file is open at a time: an archive may have more tables than a process may have
  /// files.
  FileWriter& current_file(WrittenTable& table) {
    const std::string& name = table.files.back().name;
    if (!current_ || current_->state().name != name) {
      put_current_back();
      current_.emplace(directory_, table.files.back(), compressor_, decompressor_);
    }
    return *current_;
  }

  void put_current_back() {
    if (!current_) return;
    tables_.at(current_->state().head.table.number).files.back() = current_->state();
    current_.reset();
  }

  IndexedTable finished(WrittenTable& table) {
    put_current_back();
    std::vector<IndexedFile> files = std::move(table.closed);
    for (const DataFile& file : table.files) {
      files.push_back(FileWriter(directory_, file, compressor_, decompressor_).close());
    }
    std::sort(files.begin(), files.end(),
              [](const IndexedFile& a, const IndexedFile& b) { return a.name < b.name; });
    IndexedTable entry{table.head,
                       ddl_name(table.head),
                       table.ddl_sha256,
                       0,
                       codec::RowSetDigest(head_.algorithm),
                       std::move(files)};
    for (const IndexedFile& file : entry.files) {
      entry.rows += file.rows;
      entry.digest.merge(file.digest);
    }
    return entry;
  }

  [[nodiscard]] std::vector<KeptAside> kept_aside() const {
    std::vector<KeptAside> all;
    for (const auto& [name, kind] : list(directory_)) {
      if (kind != NameKind::kept_aside) continue;
      const DiskFile file = DiskFile::open_to_read(path_in(directory_, name));
      all.push_back({name, file.size(), sha256_of(file, file.size())});
    }
    return all;
  }

  std::string directory_;
  Head head_;
  WriterOptions options_;
  Compressor compressor_;
  Decompressor decompressor_;
  codec::RowHasher hasher_;
  os::FileDescriptor lock_;
  std::map<int, WrittenTable> tables_;
  std::optional<FileWriter> current_;
  bool sound_ = true;
  bool finished_ = false;
};

Writer::Writer(std::unique_ptr<Impl> impl) : impl_(std::move(impl)) {}
Writer::Writer(Writer&&) noexcept = default;
Writer& Writer::operator=(Writer&&) noexcept = default;
Writer::~Writer() = default;

Writer Writer::open(const std::string& directory, const Head& head, const WriterOptions& options) {
  return Writer(std::make_unique<Impl>(directory, head, options));
}

Stored Writer::append(const TableHead& table, const codec::RowBuffer& rows) {
  return impl_->append(table, rows);
}
std::optional<Stored> Writer::last_stored(int table_number) const {
  return impl_->last_stored(table_number);
}
void Writer::take_back(int table_number, const Stored& stored) {
  impl_->take_back(table_number, stored);
}
bool Writer::holds(const Stored& stored) const { return impl_->holds(stored); }
void Writer::finish() { impl_->finish(); }

void seal(const std::string& directory) {
  Writer::open(directory, load_index(directory).head).finish();
}

}  // namespace sluice::archive
