#pragma once

#include <functional>
#include <string_view>

#include "archive/disk_file.h"
#include "archive/frame.h"
#include "archive/scan.h"

namespace sluice::archive {

/// Gives the rows of a batch piece by piece, cut anywhere. Throws DamagedFile where the compressed
/// bytes are not those that were stored; what was given until then counts for nothing. Never gives
/// more than the batch's row_bytes.
void read_row_bytes(const DiskFile& file, const FoundBatch& batch, Decompressor& decompressor,
                    const std::function<void(std::string_view bytes)>& take);

/// Replaces `rows` by those of a batch, and compares their digest.
void read_rows(const DiskFile& file, const FoundBatch& batch, Decompressor& decompressor,
               codec::RowHasher& hasher, codec::RowBuffer& rows);

}  // namespace sluice::archive
