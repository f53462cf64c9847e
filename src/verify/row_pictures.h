#pragma once

#include <cstddef>
#include <optional>
#include <string>
#include <unordered_map>
#include <vector>

#include "sluice/os/mutex.h"
#include "sluice/plan/plan.h"
#include "sluice/verify/report.h"

#include "verify/drill.h"
#include "verify/row_key.h"
#include "verify/row_sink.h"

namespace sluice::verify {

/// What of a field is kept for showing: all of a number, the beginning of a long text.
struct FieldPicture {
  bool null = true;
  std::size_t size = 0;
  codec::RowHash hash;  // of the whole
  std::string bytes;    // at most kPictureBytes
};
/// Twenty differences of twenty columns on both sides then hold at most some 3 MiB.
inline constexpr std::size_t kPictureBytes = 4096;

/// One row of a listed difference.
struct RowPicture {
  std::string key;         // RowKey::text
  std::string source_key;  // the same of the source row; empty where it was read from the target
  std::vector<std::string> source_key_texts;  // unescaped, for finding its batch
  std::vector<std::string> key_texts;
  std::vector<FieldPicture> fields;
};

/// Both rows of a listed difference, as far as they were found again.
struct DifferencePictures {
  std::optional<RowPicture> expected;
  std::optional<RowPicture> actual;
};

/// Keeps the rows of the listed keys. Safe from all workers.
class PictureSink : public RowSink {
 public:
  /// `source_key` absent: rows have no source row.
  PictureSink(std::size_t workers, const std::vector<KeyDifference>& listed, const RowKey& key,
              const std::optional<RowKey>& source_key);
  void begin_side(bool is_expected) noexcept { is_expected_ = is_expected; }
  void take(std::size_t worker, const SeenRow& row) override;
  /// REQUIRES: no worker is adding any more.
  [[nodiscard]] const DifferencePictures& of(const KeyHash& key) const;

 private:
  [[nodiscard]] RowPicture picture(const SeenRow& row) const;

  std::vector<RowKey> keys_;  // one for each worker
  RowKey key_;
  std::optional<RowKey> source_key_;
  bool is_expected_ = true;
  os::Mutex mutex_;
  std::unordered_map<KeyHash, DifferencePictures> pictures_;  // keys are fixed, values guarded
};

/// The columns in which two rows differ, with both values as text.
[[nodiscard]] std::vector<ColumnDifference> column_differences(
    const std::vector<std::string>& names, const std::vector<codec::Carrier>& carriers,
    const RowPicture& expected, const RowPicture& actual);

}  // namespace sluice::verify
