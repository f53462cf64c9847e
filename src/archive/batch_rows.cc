#include "archive/batch_rows.h"

#include <algorithm>
#include <string>
#include <vector>

#include "sluice/codec/row_form.h"
#include "sluice/codec/sha256.h"

namespace sluice::archive {
namespace {

// Of compressed bytes at a time: what it becomes stays in the processor's cache.
constexpr std::size_t kPieceBytes = std::size_t{128} << 10;

}  // namespace

void read_row_bytes(const DiskFile& file, const FoundBatch& batch, Decompressor& decompressor,
                    const std::function<void(std::string_view bytes)>& take) {
  const auto fail = [&batch](const char* what) {
    throw DamagedFile(batch.stored.file, batch.data_offset, what);
  };
  codec::Sha256 sha256;
  std::uint64_t row_bytes = 0;
  const auto count_and_take = [&](std::string_view content) {
    row_bytes += content.size();
    if (row_bytes > batch.stored.row_bytes) fail("holds more rows than were stored");
    take(content);
  };
  decompressor.start();
  std::vector<char> piece(
      static_cast<std::size_t>(std::min<std::uint64_t>(kPieceBytes, batch.data_bytes)));
  for (std::uint64_t done = 0; done < batch.data_bytes;) {
    const auto size =
        static_cast<std::size_t>(std::min<std::uint64_t>(piece.size(), batch.data_bytes - done));
    file.read(batch.data_offset + done, piece.data(), size);
    sha256.update({piece.data(), size});
    try {
      decompressor.feed({piece.data(), size}, count_and_take);
    } catch (const DamagedFile&) {
      throw;
    } catch (const model::Error& error) {
      if (error.kind() != model::ErrorKind::data) throw;
      fail(error.what());
    }
    done += size;
  }
  if (!decompressor.at_frame_end()) fail("the compressed rows are cut off");
  if (sha256.finish_hex() != batch.stored.sha256) fail("not the bytes that were stored");
  if (row_bytes != batch.stored.row_bytes) fail("holds fewer rows than were stored");
}

void read_rows(const DiskFile& file, const FoundBatch& batch, Decompressor& decompressor,
               codec::RowHasher& hasher, codec::RowBuffer& rows) {
  rows.clear();
  codec::CopyDecoder decoder;
  decoder.feed(codec::kCopyHeader, rows);
  std::uint64_t whole = 0;
  read_row_bytes(file, batch, decompressor, [&](std::string_view bytes) {
    decoder.feed(bytes, rows);
    whole += bytes.size();
  });
  codec::RowSetDigest digest(hasher.algorithm());
  digest.add_rows(hasher, rows);
  if (decoder.at_end() || rows.byte_count() != whole || digest != batch.stored.digest) {
    throw DamagedFile(batch.stored.file, batch.data_offset, "not the rows that were stored");
  }
}

}  // namespace sluice::archive
