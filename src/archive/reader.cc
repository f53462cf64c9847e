#include "sluice/archive/reader.h"

#include <algorithm>
#include <map>
#include <utility>

#include "sluice/model/error.h"

#include "archive/batch_rows.h"
#include "archive/folder.h"

namespace sluice::archive {
namespace {

ArchivedTable table_from(const std::vector<DataFile>& files, codec::DigestAlgorithm algorithm) {
  ArchivedTable table;
  table.head = files.front().head.table;
  table.digest = codec::RowSetDigest(algorithm);
  for (const DataFile& file : files) {
    for (const FoundBatch& batch : file.batches) table.batches.push_back(batch.stored);
    table.rows += file.rows;
    table.digest.merge(file.digest);
  }
  return table;
}

/// The files must be the ones that the index names, and no shorter.
void compare_with_index(const Index& index, const std::map<int, std::vector<DataFile>>& found) {
  std::map<std::string, const DataFile*> files;
  for (const auto& [number, list] : found) {
    for (const DataFile& file : list) files[file.name] = &file;
  }
  std::size_t indexed = 0;
  for (const IndexedTable& table : index.tables) {
    for (const IndexedFile& file : table.files) {
      const auto there = files.find(file.name);
      if (there == files.end()) throw DamagedFile(file.name, 0, "is missing");
      const DataFile& data = *there->second;
      if (data.bytes != file.bytes || !data.closed || data.digest != file.digest) {
        throw DamagedFile(file.name, data.sound_bytes, "is not as the index has it");
      }
      ++indexed;
    }
  }
  if (indexed != files.size()) {
    throw DamagedFile(std::string(kIndexName), 0, "does not name all files");
  }
}

FoundBatch find_batch(const DiskFile& file, const Stored& stored) {
  const auto found = read_record(file, stored.offset, file.size());
  const auto* batch = found ? std::get_if<BatchRecord>(&found->record.content) : nullptr;
  if (batch == nullptr || batch->sha256 != stored.sha256) {
    throw DamagedFile(stored.file, stored.offset, "has no such batch here");
  }
  return {stored, stored.offset + found->bytes, batch->bytes};
}

}  // namespace

Reader Reader::open(const std::string& directory) {
  const auto names = list(directory);
  refuse_foreign(directory, names);
  const Index index = load_index(directory);
  const auto files = scan_folder(directory, names, index.head);
  if (index.finished) compare_with_index(index, files);
  Reader reader;
  reader.directory_ = directory;
  reader.head_ = index.head;
  reader.finished_ = index.finished;
  for (const auto& [number, list] : files) {
    reader.tables_.push_back(table_from(list, index.head.algorithm));
  }
  return reader;
}

void Reader::read(const Stored& stored, codec::RowBuffer& rows) const {
  if (name_kind(stored.file) != NameKind::data) {
    throw model::Error(model::ErrorKind::data, "no file of an archive: " + stored.file);
  }
  const DiskFile file = DiskFile::open_to_read(path_in(directory_, stored.file));
  Decompressor decompressor;
  codec::RowHasher hasher(head_.algorithm, head_.seed);
  read_rows(file, find_batch(file, stored), decompressor, hasher, rows);
}

void Reader::read(const ArchivedTable& table,
                  const std::function<void(const codec::RowBuffer& rows)>& each) const {
  codec::RowBuffer rows;
  for (const Stored& stored : table.batches) {
    read(stored, rows);
    each(rows);
  }
}

}  // namespace sluice::archive
