#include <map>
#include <optional>
#include <utility>

#include "sluice/codec/sha256.h"
#include "sluice/manifest/proof.h"
#include "sluice/model/error.h"
#include "sluice/os/new_file.h"

#include "manifest/proof_format.h"
#include "manifest/sorted_entries.h"

namespace sluice::manifest {
namespace {

/// Twelve MiB: one such buffer is filled while each worker may be sorting another.
constexpr std::size_t kEntriesInMemory = std::size_t{1} << 18;

template <typename Unsigned>
void append_number(Unsigned number, std::string& out) {
  char bytes[sizeof number];
  codec::store_big_endian(bytes, number);
  out.append(bytes, sizeof bytes);
}

}  // namespace

struct ProofWriter::State {
  State(const std::string& path, codec::DigestAlgorithm algorithm)
      : file(path), entries(os::directory_of(path), algorithm, kEntriesInMemory) {}

  void write(std::string_view more) {
    file.write(more);
    sha256.update(more);
    bytes += more.size();
  }

  os::NewFile file;
  SortedEntries entries;
  codec::Sha256 sha256;
  std::uint64_t bytes = 0;
  std::uint64_t written_entries = 0;
  std::optional<int> table;  // between begin_table and end_table
  std::map<int, Place> places;
};

ProofWriter::ProofWriter(const std::string& path, codec::DigestAlgorithm algorithm)
    : state_(std::make_unique<State>(path, algorithm)) {
  std::string header(kProofMagic);
  append_number(kProofVersion, header);
  append_number(algorithm_number(algorithm), header);
  append_number(static_cast<std::uint32_t>(entry_bytes(algorithm)), header);
  header.resize(kHeaderBytes, '\0');
  state_->write(header);
}

ProofWriter::~ProofWriter() = default;

void ProofWriter::begin_table(int number) {
  const bool is_in_order = state_->places.empty() || state_->places.rbegin()->first < number;
  if (state_->table || !is_in_order) {
    throw model::Error(model::ErrorKind::internal, "a proof's tables must come by number");
  }
  state_->table = number;
}

void ProofWriter::add(std::span<const Entry> entries) { state_->entries.add(entries); }

ProofWriter::Place ProofWriter::end_table() {
  Place place;
  place.first_entry = state_->written_entries;
  place.entries = state_->entries.drain([this](std::string_view bytes) { state_->write(bytes); });
  state_->written_entries += place.entries;
  state_->places[state_->table.value()] = place;
  state_->table.reset();
  return place;
}

ProofWriter::Finished ProofWriter::finish() {
  std::string end;
  for (const auto& [number, place] : state_->places) {
    append_number(static_cast<std::uint32_t>(number), end);
    append_number(std::uint32_t{0}, end);
    append_number(place.first_entry, end);
    append_number(place.entries, end);
  }
  append_number(static_cast<std::uint64_t>(state_->places.size()), end);
  append_number(state_->written_entries, end);
  end += kProofEnd;
  state_->write(end);
  state_->file.finish();
  return {state_->sha256.finish_hex(), state_->bytes};
}

}  // namespace sluice::manifest
