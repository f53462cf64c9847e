// Archives: any bytes in the place of an index or a data file are refused, or are read as what they
// say they are. A fuzzer guesses no SHA-256, so the input's first byte says what to put around it:
// nothing, or sound hashes, so that what lies behind them is reached too.

#include <cstdint>
#include <string>
#include <string_view>

#include <unistd.h>

#include "sluice/codec/row_form.h"
#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "archive/batch_rows.h"
#include "archive/index.h"
#include "archive/record.h"
#include "archive/scan.h"
#include "check.h"

namespace {

using sluice::fuzz::require;
namespace archive = sluice::archive;
namespace codec = sluice::codec;

constexpr auto kAlgorithm = codec::DigestAlgorithm::xxh3_128;

template <typename Work>
void refused_or(Work work) {
  try {
    work();
  } catch (const sluice::model::Error& error) {
    require(error.kind() == sluice::model::ErrorKind::data);
  }
}

/// One file that every input replaces.
const std::string& place() {
  static const std::string path = "/dev/shm/sluice-fuzz-" + std::to_string(::getpid());
  return path;
}

void put(std::string_view bytes) {
  ::unlink(place().c_str());
  archive::DiskFile::create(place()).write(0, bytes);
}

void read_file(std::string_view bytes) {
  put(bytes);
  refused_or([] {
    const auto disk = archive::DiskFile::open_to_read(place());
    const archive::DataFile file = archive::scan_data_file(disk, "fuzz", kAlgorithm);
    require(file.sound_bytes <= file.bytes);
    archive::Decompressor decompressor;
    codec::RowHasher hasher(kAlgorithm, 0);
    codec::RowBuffer rows;
    for (const auto& batch : file.batches) {
      archive::read_rows(disk, batch, decompressor, hasher, rows);
      require(rows.rows() == batch.stored.rows && rows.byte_count() == batch.stored.row_bytes);
    }
  });
}

/// A file whose records are sound and whose batch's frame is the input.
std::string file_around(std::string_view frame) {
  archive::Compressor compressor(1);
  std::string bytes;
  compressor.append_frame(codec::kCopyHeader, bytes);
  archive::FileRecord head;
  head.archive_id = "a";
  head.file = 1;
  const auto file = archive::write_record({codec::sha256_hex(bytes), head});
  codec::RowSetDigest digest(kAlgorithm);
  const auto batch =
      archive::write_record({file.sha256, archive::BatchRecord{frame.size(), 0, 1 << 20, digest,
                                                               codec::sha256_hex(frame)}});
  const auto stored = archive::write_record({batch.sha256, archive::StoredRecord{}});
  return bytes + file.bytes + batch.bytes + std::string(frame) + stored.bytes;
}

/// A record whose hash is that of the input.
std::string record_around(std::string_view json) {
  std::string payload = codec::sha256_hex(json) + " ";
  payload += json;
  payload += "\n";
  std::string bytes("\x53\x2a\x4d\x18", 4);
  for (int i = 0; i < 4; ++i) bytes += static_cast<char>(payload.size() >> (8 * i) & 0xffU);
  return bytes + payload;
}

void read_record(std::string_view json) {
  put(record_around(json));
  refused_or([] {
    const auto disk = archive::DiskFile::open_to_read(place());
    static_cast<void>(archive::read_record(disk, 0, disk.size()));
  });
}

void read_index(const std::string& text) {
  refused_or([&text] { require(archive::to_json(archive::index_from_json(text)) == text); });
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  if (size == 0) return 0;
  const std::string_view input = sluice::fuzz::text_of(data + 1, size - 1);
  switch (data[0] % 4) {
    case 0:
      read_file(input);
      break;
    case 1:
      read_file(file_around(input));
      break;
    case 2:
      read_record(input);
      break;
    default:
      read_index(std::string(input));
  }
  ::unlink(place().c_str());
  return 0;
}
