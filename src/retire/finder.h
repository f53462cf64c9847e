#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/db/removal.h"
#include "sluice/db/source.h"
#include "sluice/manifest/proof.h"
#include "sluice/mapping/mapper.h"
#include "sluice/retire/retire.h"

#include "retire/batch.h"
#include "retire/row_forms.h"

namespace sluice::retire {

/// Notes of one kind that are kept of a table: enough to see what is going on.
inline constexpr std::size_t kMaxNotes = 100;

/// Finds among source rows those that were proved, and their partners in the live target. Borrows
/// what it is given; for one thread at a time.
class Finder {
 public:
  Finder(const Setting& setting, const Retiring& table, const RowForms& forms,
         db::RowSession& target);

  /// Replaces `out` by what is found among the rows.
  void find(const db::SourceBatch& rows, Batch& out);

 private:
  void take(std::string_view row, std::span<const codec::Irregular> irregular, Batch& out);
  /// `read`: the row as the plan reads it.
  void add_changed(std::string_view row, std::string_view read,
                   std::span<const codec::Irregular> irregular, Batch& out);
  [[nodiscard]] bool map(std::string_view read, std::span<const codec::Irregular> irregular,
                         codec::RowBuffer& out);
  void find_partners(Batch& out);
  /// The target's rows with the keys of those; sorted by key.
  void look_up(const codec::RowBuffer& mapped);
  [[nodiscard]] const std::string_view* partner_of(std::string_view mapped);
  void describe_changed(Batch& out);
  [[nodiscard]] std::string describe(std::string_view mapped, const std::string_view* partner);

  const Setting& setting_;
  const Retiring& table_;
  const RowForms& forms_;
  db::RowSession& target_;
  db::TableRead target_read_;
  mapping::Mapper mapper_;
  codec::RowHasher hasher_;
  manifest::ProofWriter::Place place_;
  std::string scratch_;
  std::vector<codec::Irregular> planned_;
  codec::RowBuffer mapped_;                 // of the batch's rows
  codec::RowBuffer changed_;                // of its changed rows, as far as they are noted
  std::vector<std::size_t> changed_notes_;  // the note of each of those
  codec::RowBuffer rest_;
  db::SourceBatch found_;
  struct Found {
    manifest::KeyHash key;
    std::string_view row;
  };
  std::vector<Found> by_key_;
};

}  // namespace sluice::retire
