#include <map>

#include <fmt/format.h>

#include "sluice/manifest/manifest.h"
#include "sluice/manifest/proof.h"

/// What does not add up.
namespace sluice::manifest {
namespace {

using Faults = std::vector<std::string>;

std::string fault_of_account(const Table& table) {
  const std::uint64_t parts =
      table.arrived + table.decided + table.quarantined + table.left_behind + table.filtered;
  if (parts == table.source_rows) return {};
  return fmt::format("{} source rows, and {} that arrived, were decided or left out",
                     table.source_rows, parts);
}

std::string fault_of_digests(const Table& table) {
  if (table.proved.count() != table.arrived) return "\"proved\" is not of the rows that arrived";
  if (table.target_digest.count() != table.target_rows) {
    return "\"target_digest\" is not of the target's rows";
  }
  codec::RowSetDigest sum(table.proved.algorithm());
  for (const Batch& batch : table.batches) {
    if (batch.proved.algorithm() != sum.algorithm()) return "a batch is of another digest";
    sum.merge(batch.proved);
  }
  return sum == table.proved ? "" : "its batches do not add up to \"proved\"";
}

/// Each batch begins where the one before ended, from an open end to an open end.
std::string fault_of_chain(const Table& table) {
  std::string at;
  for (std::size_t i = 0; i < table.batches.size(); ++i) {
    const Batch& batch = table.batches[i];
    const bool is_last = i + 1 == table.batches.size();
    if (batch.lower != at || batch.upper.empty() != is_last) {
      return "its batches are not one chain over all keys";
    }
    at = batch.upper;
  }
  return table.batches.empty() ? "it has no batch" : "";
}

std::string fault_of_outcome(const Table& table) {
  if (table.outcome != "equal" && table.outcome != "equal_except_quarantined") {
    return "its outcome is " + table.outcome;
  }
  if (table.missing + table.extra + table.changed + table.duplicated != 0) {
    return "it has differences";
  }
  std::uint64_t reasons = 0;
  for (const auto& [reason, rows] : table.quarantine_reasons) reasons += rows;
  if (reasons != table.quarantined) return "its reasons are not those of its quarantined rows";
  return {};
}

void add(const Table& table, const std::string& fault, Faults& faults) {
  if (!fault.empty()) faults.push_back(table.source.text() + ": " + fault);
}

std::string fault_of_place(const Table& table, const std::map<int, ProofWriter::Place>& places) {
  const auto place = places.find(table.number);
  if (place == places.end()) return table.entries == 0 ? "" : "the proof does not have it";
  if (place->second.entries != table.entries ||
      (table.entries != 0 && place->second.first_entry != table.first_entry)) {
    return "its entries are not where the proof has them";
  }
  return {};
}

std::string fault_of_entries(const Table& table, const Proof& proof) {
  codec::RowSetDigest sum(table.proved.algorithm());
  std::optional<KeyHash> last;
  for (std::uint64_t i = 0; i < table.entries; ++i) {
    const Entry entry = proof.entry(table.first_entry + i);
    if (last && !(*last < entry.key)) return "its entries are not in order";
    last = entry.key;
    sum.add(entry.row);
  }
  return sum == table.proved ? "" : "the proof's entries do not add up to \"proved\"";
}

}  // namespace

Faults faults_of(const Manifest& manifest) {
  Faults faults;
  std::uint64_t next = 0;
  int last = 0;
  for (const Table& table : manifest.tables) {
    add(table, fault_of_outcome(table), faults);
    add(table, fault_of_account(table), faults);
    add(table, fault_of_digests(table), faults);
    add(table, fault_of_chain(table), faults);
    if (table.proved.algorithm() != manifest.digest) add(table, "another digest", faults);
    if (table.number <= last) add(table, "it is not in the plan's order", faults);
    if (table.entries != 0 && table.entries != table.arrived) {
      add(table, "it has entries for some of its rows only", faults);
    }
    if (table.entries != 0 && table.first_entry != next) {
      add(table, "its entries do not follow those of the table before", faults);
    }
    next += table.entries;
    last = table.number;
  }
  return faults;
}

Faults faults_of(const Manifest& manifest, const Proof& proof) {
  Faults faults;
  const auto& places = proof.places();
  std::map<int, bool> known;
  for (const Table& table : manifest.tables) {
    known[table.number] = true;
    const std::string fault = fault_of_place(table, places);
    add(table, fault, faults);
    if (fault.empty() && table.entries != 0) add(table, fault_of_entries(table, proof), faults);
  }
  for (const auto& [number, place] : places) {
    if (!known.contains(number) && place.entries != 0) {
      faults.push_back(fmt::format("the proof has entries of a table {}", number));
    }
  }
  return faults;
}

}  // namespace sluice::manifest
