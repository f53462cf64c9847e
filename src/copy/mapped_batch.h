#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"
#include "sluice/ledger/records.h"
#include "sluice/mapping/mapper.h"
#include "sluice/plan/plan.h"

#include "copy/refusal.h"

namespace sluice::copy {

/// What a batch of source rows becomes: target rows, rest rows, quarantined rows and all digests.
/// Reused batch after batch; one thread at a time.
struct MappedBatch {
  /// The rows to write: `target`, or the source rows themselves where nothing changes them.
  [[nodiscard]] const codec::RowBuffer& rows(const db::SourceBatch& source) const noexcept {
    return passes_through ? source.rows : target;
  }
  /// Which source row a row to write was made from.
  [[nodiscard]] std::size_t source_row(std::size_t row) const noexcept {
    return passes_through ? row : origin[row];
  }

  bool passes_through = false;
  codec::RowBuffer target;
  std::vector<std::uint32_t> origin;  // of each target row: index of its source row
  codec::RowBuffer rest;
  std::vector<std::uint32_t>
      rest_end;  // of each target row: where its rest rows end; empty when no rule keeps a rest
  std::vector<ledger::QuarantinedRow> quarantined;
  std::vector<std::uint32_t> quarantined_from;  // of each of them: index of its source row

  codec::RowSetDigest read;
  codec::RowSetDigest proved;
  codec::RowSetDigest written;  // of the rows to write
  codec::RowSetDigest refused;  // source rows in quarantine
  codec::RowSetDigest filtered;
  codec::RowSetDigest rest_written;
};

/// Maps whole batches of one table. Deterministic; one thread at a time.
class BatchMapper {
 public:
  BatchMapper(const plan::TablePlan& table, ledger::Origin origin, codec::RowHasher hasher);

  /// Clears `out` and fills it.
  void map(const db::SourceBatch& source, MappedBatch& out);
  /// The same for rows that people decided about: one of `overrides` for each row, nullptr where it
  /// is to be mapped as it is.
  void map_decided(const db::SourceBatch& source,
                   std::span<const mapping::Overrides* const> overrides, MappedBatch& out);

  /// Takes rows out of a mapped batch because the target refused them: they leave the digests of
  /// what arrived and go to quarantine. `refused` in rising order of rows to write; `out` no longer
  /// passes through afterwards.
  void refuse(const db::SourceBatch& source, const std::vector<RefusedRow>& refused,
              MappedBatch& out);

  [[nodiscard]] codec::DigestAlgorithm algorithm() const noexcept { return hasher_.algorithm(); }

  /// The ledger's record of a source row that is refused after it had arrived (a collision found
  /// later).
  [[nodiscard]] ledger::QuarantinedRow refused_row(const db::SourceBatch& source, std::size_t row,
                                                   const RowRefusal& why) const;

  /// The key of a source row as the ledger has it; empty without a key.
  [[nodiscard]] std::string key_json(std::string_view source_row) const;

 private:
  void reset(MappedBatch& out) const;
  void pass_through(const db::SourceBatch& source, MappedBatch& out);
  void map_row(const db::SourceBatch& source, std::size_t row,
               std::span<const codec::Irregular> irregular, const mapping::Overrides* overrides,
               MappedBatch& out);
  [[nodiscard]] ledger::QuarantinedRow unmapped_row(
      std::string_view source_row, std::span<const codec::Irregular> irregular) const;

  const plan::TablePlan& table_;
  ledger::Origin origin_;
  mapping::TableMapping mapping_;
  mapping::Mapper mapper_;
  codec::RowHasher hasher_;
};

}  // namespace sluice::copy
