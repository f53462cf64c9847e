#include "verify/describe.h"

#include <algorithm>
#include <set>
#include <string>
#include <utility>

#include "verify/column_facts.h"
#include "verify/coverage.h"
#include "verify/table_reads.h"
#include "verify/written_rows.h"

namespace sluice::verify {
namespace {

/// What is known of a difference whatever the table.
Difference begin_difference(const SeenDifference& seen) {
  Difference difference;
  difference.kind = seen.difference.kind;
  difference.expected_copies = seen.difference.expected_copies;
  difference.actual_copies = seen.difference.actual_copies;
  const auto& [expected, actual] = seen.rows;
  if (expected) difference.source_key = expected->source_key;
  if (expected || actual) difference.key = expected ? expected->key : actual->key;
  return difference;
}

/// Where a row that is only in the target would be read in the source, as far as its columns tell.
PieceNumber source_piece_of(const Background& background, const RowPicture& target_row) {
  const plan::TablePlan& table = background.table;
  const std::vector<DirectColumn> direct = direct_columns(table);
  std::vector<std::string> key;
  for (const std::size_t column : table.key) {
    const auto found =
        std::find_if(direct.begin(), direct.end(), [&](const DirectColumn& candidate) {
          return table.read[candidate.source].name == table.read[column].name;
        });
    if (found == direct.end()) return kNoPiece;
    const FieldPicture& field = target_row.fields.at(found->target);
    key.push_back(field_text(table.write[found->target].carrier, {field.null, field.bytes}));
  }
  return locate(background.origins.source, key_carriers(table), key);
}

Attribution attribution_of(const Background& background, const SeenDifference& seen,
                           std::optional<bool> as_expected) {
  PieceNumber piece = seen.difference.expected_piece;
  const bool is_kept_row = piece != kNoPiece && piece >= background.origins.source.size();
  if (is_kept_row && background.kept_rows_changed) return Attribution::target_changed;
  if (piece == kNoPiece && seen.rows.actual) piece = source_piece_of(background, *seen.rows.actual);
  return attribute(background.evidence, piece, as_expected);
}

/// For each listed difference, whether it was written as it should be; empty where that cannot be
/// told.
std::vector<bool> solve(const Background& background, const CloserLook& look) {
  if (!look.counts.complete || look.counts.total() != look.listed.size()) return {};
  std::set<KeyHash> keys;
  std::vector<KeyDifference> differences;
  for (const SeenDifference& seen : look.listed) {
    // A key that differs in two ways at once would count twice.
    if (!keys.insert(seen.difference.key).second) return {};
    differences.push_back(seen.difference);
  }
  return written_as_expected(background.expected, background.written, differences)
      .value_or(std::vector<bool>());
}

}  // namespace

std::vector<Difference> describe_rows(const Background& background, const CloserLook& look) {
  std::vector<std::string> names;
  std::vector<codec::Carrier> carriers;
  for (const plan::TargetField& field : background.table.write) {
    names.push_back(field.name);
    carriers.push_back(field.carrier);
  }
  const std::vector<bool> solved = solve(background, look);
  std::vector<Difference> differences;
  for (std::size_t i = 0; i < look.listed.size(); ++i) {
    const SeenDifference& seen = look.listed[i];
    Difference difference = begin_difference(seen);
    difference.attribution = attribution_of(
        background, seen, solved.empty() ? std::nullopt : std::optional<bool>(solved[i]));
    if (difference.kind == DifferenceKind::changed && seen.rows.expected && seen.rows.actual) {
      difference.columns =
          column_differences(names, carriers, *seen.rows.expected, *seen.rows.actual);
    }
    differences.push_back(std::move(difference));
  }
  return differences;
}

std::vector<Difference> describe_rest(const Evidence& evidence, const CloserLook& look) {
  std::vector<Difference> differences;
  for (const SeenDifference& seen : look.listed) {
    differences.push_back(begin_difference(seen));
    differences.back().attribution = attribute(evidence, kNoPiece);
  }
  return differences;
}

}  // namespace sluice::verify
