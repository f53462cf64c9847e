#include <algorithm>
#include <map>
#include <utility>

#include <fmt/format.h>

#include "sluice/codec/sha256.h"
#include "sluice/manifest/proof.h"
#include "sluice/model/error.h"
#include "sluice/os/new_file.h"

#include "manifest/proof_format.h"

namespace sluice::manifest {
namespace {

/// Interpolation is given up for halving after so many steps: hashes are spread evenly, and a file
/// in which they are not is still searched in the logarithm of its size.
constexpr int kInterpolations = 8;
/// What few entries are simply looked through.
constexpr std::uint64_t kFewEntries = 16;

[[noreturn]] void fail(const std::string& path, const std::string& why) {
  throw model::Error(model::ErrorKind::approval, fmt::format("{} is no proof: {}", path, why),
                     "get the file that was written with the manifest, or verify again");
}

std::uint64_t load(std::string_view bytes, std::size_t at) {
  return codec::load_big_endian<std::uint64_t>(bytes.data() + at);
}
std::uint32_t load_small(std::string_view bytes, std::size_t at) {
  return codec::load_big_endian<std::uint32_t>(bytes.data() + at);
}

/// Why the bytes are none; empty: they are one. Reads the directory into `places`.
std::string fault_of(std::string_view bytes, codec::DigestAlgorithm algorithm,
                     std::map<int, ProofWriter::Place>& places) {
  if (bytes.size() < kHeaderBytes + kTrailerBytes) return "it is too short";
  if (!bytes.starts_with(kProofMagic) || !bytes.ends_with(kProofEnd)) {
    return "it does not begin or end as one";
  }
  if (load_small(bytes, 8) != kProofVersion) return "it is of another version";
  if (load_small(bytes, 12) != algorithm_number(algorithm)) return "it is of another algorithm";
  if (load_small(bytes, 16) != entry_bytes(algorithm)) return "its entries are of another size";
  if (bytes.substr(20, 12).find_first_not_of('\0') != std::string_view::npos) {
    return "what must be 0 is not";
  }
  const std::uint64_t tables = load(bytes, bytes.size() - kTrailerBytes);
  const std::uint64_t entries = load(bytes, bytes.size() - kTrailerBytes + 8);
  const std::size_t room = bytes.size() - kHeaderBytes - kTrailerBytes;
  if (tables > room / kPlaceBytes || entries > room / entry_bytes(algorithm) ||
      tables * kPlaceBytes + entries * entry_bytes(algorithm) != room) {
    return "its size is not that of its tables and entries";
  }
  std::uint64_t next = 0;
  for (std::uint64_t i = 0; i < tables; ++i) {
    const std::size_t at = bytes.size() - kTrailerBytes - (tables - i) * kPlaceBytes;
    const auto number = static_cast<int>(load_small(bytes, at));
    const ProofWriter::Place place{load(bytes, at + 8), load(bytes, at + 16)};
    const bool is_in_order = places.empty() || places.rbegin()->first < number;
    if (!is_in_order || load_small(bytes, at + 4) != 0 || place.first_entry != next ||
        place.entries > entries - next) {
      return "its tables do not follow each other";
    }
    next += place.entries;
    places[number] = place;
  }
  return next == entries ? "" : "it has entries of no table";
}

/// How far into `entries` a key lies whose first half is `key`, if hashes are spread evenly between
/// `first` and `last`. Neither the first nor beyond the last one, so that each step gains
/// something.
std::uint64_t guess(std::uint64_t key, std::uint64_t first, std::uint64_t last,
                    std::uint64_t entries) {
  if (key <= first || last <= first) return 1;
  const double share = static_cast<double>(key - first) / static_cast<double>(last - first);
  const double number = std::min(share, 1.0) * static_cast<double>(entries);
  return std::clamp(static_cast<std::uint64_t>(number), std::uint64_t{1}, entries - 1);
}

}  // namespace

struct Proof::State {
  explicit State(const std::string& path) : file(path) {}

  os::MappedFile file;
  std::size_t words = 0;
  std::size_t entry = 0;
  std::uint64_t entries = 0;
  std::map<int, ProofWriter::Place> places;

  [[nodiscard]] const char* at(std::uint64_t number) const noexcept {
    return file.bytes().data() + kHeaderBytes + number * entry;
  }
  [[nodiscard]] KeyHash key(std::uint64_t number) const noexcept { return load_key(at(number)); }
};

Proof::Proof(const std::string& path, const std::string& sha256, codec::DigestAlgorithm algorithm)
    : state_(std::make_unique<State>(path)) {
  const std::string_view bytes = state_->file.bytes();
  if (codec::sha256_hex(bytes) != sha256) fail(path, "its SHA-256 is not the manifest's");
  const std::string fault = fault_of(bytes, algorithm, state_->places);
  if (!fault.empty()) fail(path, fault);
  state_->words = hash_words(algorithm);
  state_->entry = entry_bytes(algorithm);
  state_->entries = load(bytes, bytes.size() - kTrailerBytes + 8);
}

Proof::Proof(Proof&&) noexcept = default;
Proof& Proof::operator=(Proof&&) noexcept = default;
Proof::~Proof() = default;

const std::map<int, ProofWriter::Place>& Proof::places() const noexcept { return state_->places; }

Entry Proof::entry(std::uint64_t number) const {
  if (number >= state_->entries) {
    throw model::Error(model::ErrorKind::internal, "a proof has no such entry");
  }
  const char* const at = state_->at(number);
  return {load_key(at), load_row(at + kKeyBytes, state_->words)};
}

std::optional<codec::RowHash> Proof::find(const ProofWriter::Place& table,
                                          const KeyHash& key) const {
  const State& state = *state_;
  if (table.first_entry > state.entries || table.entries > state.entries - table.first_entry) {
    throw model::Error(model::ErrorKind::approval,
                       "the manifest speaks of entries that its proof does not have");
  }
  // The key is in [low, high), if anywhere; its first half is in [first, last].
  std::uint64_t low = table.first_entry;
  std::uint64_t high = low + table.entries;
  std::uint64_t first = 0;
  std::uint64_t last = ~std::uint64_t{0};
  for (int step = 0; high - low > kFewEntries; ++step) {
    const std::uint64_t middle = step < kInterpolations
                                     ? low + guess(key.high, first, last, high - low)
                                     : low + (high - low) / 2;
    const KeyHash at = state.key(middle);
    // A guess is near: the other end is looked for some entries beyond it.
    if (at <= key) {
      low = middle;
      first = at.high;
      const std::uint64_t beyond = middle + kFewEntries / 2;
      if (beyond >= high || state.key(beyond) <= key) continue;
      high = beyond;
    } else {
      high = middle;
      last = at.high;
      const std::uint64_t before = middle - std::min(middle - low, kFewEntries / 2);
      if (state.key(before) > key) continue;
      low = before;
    }
  }
  for (std::uint64_t number = low; number < high; ++number) {
    if (state.key(number) == key) return entry(number).row;
  }
  return std::nullopt;
}

}  // namespace sluice::manifest
