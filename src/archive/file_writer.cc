#include "archive/file_writer.h"

#include <cerrno>
#include <system_error>
#include <utility>

#include <fmt/core.h>
#include <unistd.h>

#include "sluice/model/error.h"
#include "sluice/os/file.h"
#include "sluice/os/kill_point.h"

#include "archive/batch_rows.h"
#include "archive/folder.h"
#include "archive/names.h"

namespace sluice::archive {
namespace {

using model::Error;
using model::ErrorKind;

void rename_into_place(const std::string& from, const std::string& to) {
  if (::rename(from.c_str(), to.c_str()) != 0) {
    throw Error(ErrorKind::storage,
                fmt::format("cannot give {} its name {}: {}", from, to,
                            std::error_code(errno, std::generic_category()).message()));
  }
}

}  // namespace

void make_data_file(const std::string& directory, const FileRecord& head, Compressor& compressor) {
  const std::string path = path_in(directory, data_name(head.table, head.file));
  const std::string unnamed = path + ".tmp";
  std::string bytes;
  compressor.append_frame(codec::kCopyHeader, bytes);
  bytes += write_record({codec::sha256_hex(bytes), head}).bytes;
  DiskFile file = DiskFile::create(unnamed);
  file.write(0, bytes);
  file.flush();
  SLUICE_KILL_POINT("archive-file-written");
  rename_into_place(unnamed, path);
  os::flush_directory(directory);
  SLUICE_KILL_POINT("archive-file-named");
}

FileWriter::FileWriter(const std::string& directory, DataFile scanned, Compressor& compressor,
                       Decompressor& read_back_with)
    : compressor_(compressor),
      decompressor_(read_back_with),
      disk_(DiskFile::open_to_write(path_in(directory, scanned.name))),
      file_(std::move(scanned)) {
  // A file just made: its beginning is small.
  if (!file_.batches.empty() || file_.closed) return;
  whole_.emplace();
  whole_->update(disk_.read(0, static_cast<std::size_t>(file_.sound_bytes)));
}

/// At the end of what is sound, without making it so: nothing of it has been flushed yet.
void FileWriter::write_new(std::string_view bytes) {
  disk_.write(file_.bytes, bytes);
  file_.bytes += bytes.size();
  if (whole_) whole_->update(bytes);
}

Stored FileWriter::append(const codec::RowBuffer& rows, const codec::RowSetDigest& digest) {
  std::string data = std::exchange(piece_, {});
  data.clear();
  compressor_.append_frame(rows.bytes(), data);
  const BatchRecord said{data.size(), rows.rows(), rows.byte_count(), digest,
                         codec::sha256_hex(data)};
  const WrittenRecord before = write_record({file_.last_record, said});
  const std::uint64_t begin = file_.bytes;
  write_new(before.bytes);
  SLUICE_KILL_POINT("archive-batch-begun");
  write_new(data);
  SLUICE_KILL_POINT("archive-rows-written");
  disk_.flush();
  SLUICE_KILL_POINT("archive-rows-flushed");
  FoundBatch batch{{file_.name, begin, 0, said.rows, said.row_bytes, digest, said.sha256},
                   begin + before.bytes.size(),
                   data.size()};
  compare_on_disk(batch, rows.bytes());
  SLUICE_KILL_POINT("archive-rows-compared");
  const WrittenRecord stored = write_record({before.sha256, StoredRecord{}});
  write_new(stored.bytes);
  SLUICE_KILL_POINT("archive-record-written");
  disk_.flush();
  SLUICE_KILL_POINT("archive-record-flushed");
  batch.stored.bytes = file_.bytes - begin;
  file_.sound_bytes = file_.bytes;
  file_.last_record = stored.sha256;
  file_.rows += said.rows;
  file_.row_bytes += said.row_bytes;
  file_.digest.merge(digest);
  file_.batches.push_back(batch);
  piece_ = std::move(data);
  return batch.stored;
}

/// Against the rows themselves: equal bytes have equal hashes, whatever the hash.
void FileWriter::compare_on_disk(const FoundBatch& batch, std::string_view rows) {
  disk_.forget_pages();
  std::size_t at = 0;
  read_row_bytes(disk_, batch, decompressor_, [&](std::string_view bytes) {
    if (rows.substr(at, bytes.size()) != bytes) {
      throw DamagedFile(batch.stored.file, batch.data_offset, "other rows than were written");
    }
    at += bytes.size();
  });
}

void FileWriter::take_back() {
  const FoundBatch last = file_.batches.back();
  disk_.truncate(last.stored.offset);
  SLUICE_KILL_POINT("archive-taken-back");
  disk_.flush();
  whole_.reset();
  const codec::DigestAlgorithm algorithm = file_.digest.algorithm();
  file_ = scan_data_file(disk_, std::string(file_.name), algorithm);
}

IndexedFile FileWriter::close() {
  if (!file_.closed) {
    std::string trailer;
    compressor_.append_frame(codec::kCopyTrailer, trailer);
    const EndRecord end{trailer.size(), codec::sha256_hex(trailer), file_.batches.size(),
                        file_.rows, file_.digest};
    const WrittenRecord record = write_record({file_.last_record, end});
    write_new(record.bytes);
    SLUICE_KILL_POINT("archive-end-begun");
    write_new(trailer);
    disk_.flush();
    SLUICE_KILL_POINT("archive-end-flushed");
    file_.sound_bytes = file_.bytes;
    file_.last_record = record.sha256;
    file_.closed = true;
  }
  return {file_.name, file_.bytes,     hash_of_whole(), file_.batches.size(),
          file_.rows, file_.row_bytes, file_.digest};
}

std::string FileWriter::hash_of_whole() {
  if (!whole_) return sha256_of(disk_, file_.bytes);
  std::string sha256 = whole_->finish_hex();
  whole_.reset();
  return sha256;
}

DataFile cut_tail(const std::string& directory, const DataFile& file) {
  DiskFile disk = DiskFile::open_to_write(path_in(directory, file.name));
  const std::string aside = path_in(directory, kept_aside_name(file.name, file.sound_bytes));
  // One of an earlier time that died before it cut holds the same bytes.
  static_cast<void>(::unlink(aside.c_str()));
  copy_tail(disk, file.sound_bytes, aside);
  os::flush_directory(directory);
  SLUICE_KILL_POINT("archive-tail-kept");
  disk.truncate(file.sound_bytes);
  disk.flush();
  DataFile cut = file;
  cut.bytes = file.sound_bytes;
  return cut;
}

}  // namespace sluice::archive
