#include "verify/coverage.h"

#include <charconv>
#include <compare>
#include <map>

#include "sluice/ledger/ledger.h"

namespace sluice::verify {
namespace {

std::optional<std::int64_t> integer(const std::string& text) {
  std::int64_t value = 0;
  const auto read = std::from_chars(text.data(), text.data() + text.size(), value);
  if (read.ec != std::errc() || read.ptr != text.data() + text.size()) return std::nullopt;
  return value;
}

/// nullopt where the order of the two is the server's business.
std::optional<std::strong_ordering> compare(codec::Carrier carrier, const std::string& a,
                                            const std::string& b) {
  switch (carrier) {
    case codec::Carrier::int2:
    case codec::Carrier::int4:
    case codec::Carrier::int8: {
      const auto left = integer(a);
      const auto right = integer(b);
      if (!left || !right) return std::nullopt;
      return *left <=> *right;
    }
    case codec::Carrier::uuid:  // its text is lower-case hex of one length
      return a <=> b;
    default:
      return std::nullopt;
  }
}

std::optional<std::strong_ordering> compare(const std::vector<codec::Carrier>& carriers,
                                            const std::vector<std::string>& a,
                                            const std::vector<std::string>& b) {
  if (a.size() != carriers.size() || b.size() != carriers.size()) return std::nullopt;
  for (std::size_t i = 0; i < carriers.size(); ++i) {
    const auto order = compare(carriers[i], a[i], b[i]);
    if (!order || *order != std::strong_ordering::equal) return order;
  }
  return std::strong_ordering::equal;
}

/// False also where it cannot be told.
bool holds(const model::KeyRange& range, const std::vector<codec::Carrier>& carriers,
           const std::vector<std::string>& key) {
  if (range.lower) {
    const auto order = compare(carriers, range.lower->values, key);
    if (!order || *order > 0) return false;
  }
  if (range.upper) {
    const auto order = compare(carriers, key, range.upper->values);
    if (!order || *order >= 0) return false;
  }
  return true;
}

/// A row's place in the heap, "(block,line)".
std::optional<std::strong_ordering> compare_places(const model::Key& a, const model::Key& b) {
  const auto parts = [](const model::Key& key) -> std::vector<std::string> {
    if (key.values.size() != 1) return {};
    const std::string& text = key.values[0];
    const std::size_t comma = text.find(',');
    if (comma == std::string::npos || text.front() != '(' || text.back() != ')') return {};
    return {text.substr(1, comma - 1), text.substr(comma + 1, text.size() - comma - 2)};
  };
  return compare({codec::Carrier::int8, codec::Carrier::int8}, parts(a), parts(b));
}

std::optional<std::strong_ordering> compare_bounds(const model::KeyRange& range,
                                                   const std::vector<codec::Carrier>& carriers) {
  switch (range.kind) {
    case model::RangeKind::ctid:
      return compare_places(*range.lower, *range.upper);
    case model::RangeKind::whole:  // numbers of rows
      return compare({codec::Carrier::int8}, range.lower->values, range.upper->values);
    case model::RangeKind::key:
      break;
  }
  return compare(carriers, range.lower->values, range.upper->values);
}

/// Whether a range surely ends where it begins, or before.
bool is_backwards(const model::KeyRange& range, const std::vector<codec::Carrier>& carriers) {
  if (!range.lower || !range.upper) return false;
  if (range.lower == range.upper) return true;
  const auto order = compare_bounds(range, carriers);
  return order && *order >= 0;
}

using Bound = std::optional<std::string>;

Bound text_of(const std::optional<model::Key>& key) {
  return key ? Bound(ledger::to_json(*key)) : std::nullopt;
}

}  // namespace

bool covers_everything(const std::vector<model::KeyRange>& ranges,
                       const std::vector<codec::Carrier>& carriers) {
  std::map<Bound, const model::KeyRange*> by_lower;
  for (const model::KeyRange& range : ranges) {
    if (is_backwards(range, carriers)) return false;
    if (!by_lower.emplace(text_of(range.lower), &range).second) return false;
  }
  Bound at;
  std::size_t passed = 0;
  do {
    const auto next = by_lower.find(at);
    if (next == by_lower.end() || ++passed > ranges.size()) return false;
    at = text_of(next->second->upper);
  } while (at);
  return passed == ranges.size();
}

std::vector<model::KeyRange> ranges_of(const std::vector<ledger::Batch>& batches,
                                       ledger::Origin origin) {
  std::vector<model::KeyRange> ranges;
  for (const ledger::Batch& batch : batches) {
    if (batch.origin == origin) ranges.push_back(batch.range);
  }
  return ranges;
}

BatchPieces pieces_of_batches(const std::vector<ledger::Batch>& batches,
                              const std::vector<codec::Carrier>& carriers) {
  BatchPieces found;
  for (const ledger::Batch& batch : batches) {
    if (batch.origin != ledger::Origin::source) continue;
    if (batch.range.kind != model::RangeKind::key) return {};
    found.pieces.push_back({static_cast<PieceNumber>(found.pieces.size()), batch.range});
    found.batches.push_back(batch);
  }
  if (!covers_everything(ranges_of(found.batches, ledger::Origin::source), carriers)) return {};
  return found;
}

PieceNumber locate(const std::vector<Piece>& pieces, const std::vector<codec::Carrier>& carriers,
                   const std::vector<std::string>& key) {
  for (const Piece& piece : pieces) {
    if (holds(piece.range, carriers, key)) return piece.number;
  }
  return kNoPiece;
}

}  // namespace sluice::verify
