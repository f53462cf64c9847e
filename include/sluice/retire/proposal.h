#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/model/name.h"

/// What people sign before source rows go: the body of a document of kind retire. retire.md beside
/// this header has the format. Pure data.
namespace sluice::retire {

/// A row that is not as it was proved.
struct RowNote {
  std::string key;   ///< of the source: JSON array of the key's texts
  std::string what;  ///< for people: which columns, or what became of it
  friend bool operator==(const RowNote&, const RowNote&) = default;
};

/// What a look at one table's rows, on both sides, has found.
struct TableSurvey {
  int number = 0;  ///< in the plan
  model::QualifiedName source;
  model::QualifiedName target;
  std::uint64_t rows = 0;            ///< proved, and still as they were: these are to go
  codec::RowSetDigest digest;        ///< of them, as the plan reads them
  std::uint64_t source_changed = 0;  ///< proved, and others now: they stay
  std::vector<RowNote> changed;      ///< the first of them
  std::uint64_t source_gone = 0;     ///< proved, and not in the source any more
  std::uint64_t not_proved = 0;      ///< never verified: they stay
  std::uint64_t target_changed = 0;  ///< of `rows`: live on in the target with other values
  std::uint64_t target_gone = 0;     ///< of `rows`: not in the target any more
  std::vector<std::string> target_gone_keys;  ///< all of them, sorted; keys as in RowNote
  friend bool operator==(const TableSurvey&, const TableSurvey&) = default;
};

struct Proposal {
  std::string manifest_sha256;  ///< of the manifest's file
  std::string run_id;
  std::string archive;              ///< folder that the rows go to
  std::string role;                 ///< of the credential that will delete
  std::vector<TableSurvey> tables;  ///< children before parents
  friend bool operator==(const Proposal&, const Proposal&) = default;
};

/// Canonical JSON.
[[nodiscard]] std::string to_json(const Proposal& proposal);
/// The exact inverse; strict. Throws Error{approval} that says what.
[[nodiscard]] Proposal from_json(std::string_view body);

}  // namespace sluice::retire
