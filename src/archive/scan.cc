#include "archive/scan.h"

#include <algorithm>
#include <utility>

#include <fmt/core.h>

#include "sluice/codec/row_form.h"
#include "sluice/codec/sha256.h"

#include "archive/frame.h"

namespace sluice::archive {
namespace {

// COPY's header takes 19 bytes, its frame about 32.
constexpr std::uint64_t kHeaderFrameRoom = 256;
// COPY's trailer takes 2.
constexpr std::uint64_t kTrailerFrameRoom = 256;

/// One file from its beginning to the last thing in it that was stored.
class Scan {
 public:
  Scan(const DiskFile& file, const std::string& name, codec::DigestAlgorithm algorithm)
      : disk_(file) {
    file_.name = name;
    file_.bytes = file.size();
    file_.digest = codec::RowSetDigest(algorithm);
  }

  DataFile run() {
    read_beginning();
    while (!file_.closed && (read_batch() || read_end())) {
    }
    refuse_if_more_was_stored();
    return std::move(file_);
  }

 private:
  [[noreturn]] void fail(std::uint64_t offset, const std::string& what) const {
    throw DamagedFile(file_.name, offset, what);
  }

  template <typename Content>
  [[nodiscard]] std::optional<std::pair<FoundRecord, Content>> record_at(
      std::uint64_t offset, const std::string& previous) const {
    auto found = read_record(disk_, offset, file_.bytes);
    if (!found || found->record.previous != previous) return std::nullopt;
    auto* content = std::get_if<Content>(&found->record.content);
    if (content == nullptr) return std::nullopt;
    return std::pair(*found, *content);
  }

  void read_beginning() {
    const auto room =
        static_cast<std::size_t>(std::min<std::uint64_t>(kHeaderFrameRoom, file_.bytes));
    const std::string start = disk_.read(0, room);
    const std::size_t frame = first_frame_bytes(start);
    const std::string_view header = std::string_view(start).substr(0, frame);
    if (frame == 0 || !is_copy_header(header)) fail(0, "does not begin with the header of COPY");
    const auto head = record_at<FileRecord>(frame, codec::sha256_hex(header));
    if (!head) fail(0, "does not say what it holds");
    file_.head = head->second;
    accept(frame, head->first);
  }

  static bool is_copy_header(std::string_view frame) {
    std::string content;
    Decompressor decompressor;
    try {
      decompressor.feed(frame, [&content](std::string_view piece) {
        content.append(piece.substr(0, codec::kCopyHeader.size() + 1));
      });
    } catch (const model::Error&) {
      return false;
    }
    return content == codec::kCopyHeader;
  }

  void accept(std::uint64_t offset, const FoundRecord& found) {
    file_.sound_bytes = offset + found.bytes;
    file_.last_record = found.sha256;
  }

  bool read_batch() {
    const std::uint64_t begin = file_.sound_bytes;
    const auto batch = record_at<BatchRecord>(begin, file_.last_record);
    if (!batch) return false;
    const BatchRecord& said = batch->second;
    const std::uint64_t data = begin + batch->first.bytes;
    if (said.bytes > file_.bytes - data || !fits(said)) return false;
    const auto stored = record_at<StoredRecord>(data + said.bytes, batch->first.sha256);
    if (!stored) return false;
    accept(data + said.bytes, stored->first);
    file_.batches.push_back({{file_.name, begin, file_.sound_bytes - begin, said.rows,
                              said.row_bytes, said.digest, said.sha256},
                             data,
                             said.bytes});
    file_.rows += said.rows;
    file_.row_bytes += said.row_bytes;
    file_.digest.merge(said.digest);
    return true;
  }

  [[nodiscard]] bool fits(const BatchRecord& batch) const {
    return batch.digest.algorithm() == file_.digest.algorithm() &&
           batch.digest.count() == batch.rows;
  }

  bool read_end() {
    const auto end = record_at<EndRecord>(file_.sound_bytes, file_.last_record);
    if (!end) return false;
    const std::uint64_t trailer = file_.sound_bytes + end->first.bytes;
    const EndRecord& said = end->second;
    if (file_.bytes - trailer != said.trailer_bytes) return false;
    if (said.trailer_bytes > kTrailerFrameRoom) return false;
    const std::string frame = disk_.read(trailer, static_cast<std::size_t>(said.trailer_bytes));
    if (codec::sha256_hex(frame) != said.trailer_sha256) return false;
    if (said.batches != file_.batches.size() || said.digest != file_.digest) return false;
    accept(file_.sound_bytes, end->first);
    file_.sound_bytes = file_.bytes;
    file_.closed = true;
    return true;
  }

  /// A writer dies with at most one batch or one end begun, so what it leaves holds no record
  /// beside that one. Where there is another, something before it was harmed.
  void refuse_if_more_was_stored() const {
    std::uint64_t from = file_.sound_bytes;
    if (const auto begun = read_record(disk_, from, file_.bytes)) {
      if (begun->record.previous != file_.last_record) fail(from, "has a record of something else");
      from += begun->bytes;
    }
    if (const auto later = find_record(disk_, from, file_.bytes)) {
      fail(file_.sound_bytes,
           fmt::format("cannot be read here, but was written on: there is a record at {}", *later));
    }
  }

  const DiskFile& disk_;
  DataFile file_;
};

}  // namespace

DamagedFile::DamagedFile(const std::string& file, std::uint64_t offset, const std::string& what)
    : Error(model::ErrorKind::data, fmt::format("{} is damaged at byte {}: {}", file, offset, what),
            "do not write to this archive again; take the file from a backup of it"),
      offset_(offset),
      what_(what) {}

DataFile scan_data_file(const DiskFile& file, const std::string& name,
                        codec::DigestAlgorithm algorithm) {
  return Scan(file, name, algorithm).run();
}

}  // namespace sluice::archive
