#pragma once

#include <cstddef>
#include <cstdint>
#include <optional>
#include <set>
#include <string>
#include <vector>

#include "sluice/codec/digest.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/model/key.h"

namespace sluice::ledger {

/// Takes the columns of one result row from left to right, each as what the caller expects. Throws
/// Error{data} on anything else: the ledger is not what this version writes.
class RowReader {
 public:
  explicit RowReader(const std::vector<std::optional<std::string>>& row) : row_(row) {}

  [[nodiscard]] std::string text();  // NULL reads as ""
  [[nodiscard]] std::optional<std::string> maybe_text();
  [[nodiscard]] std::int64_t integer();
  [[nodiscard]] int small() { return static_cast<int>(integer()); }
  [[nodiscard]] std::uint64_t count() { return static_cast<std::uint64_t>(integer()); }
  [[nodiscard]] bool boolean() { return text() == "t"; }
  [[nodiscard]] std::optional<model::Key> key();
  [[nodiscard]] codec::RowSetDigest digest();

 private:
  const std::vector<std::optional<std::string>>& row_;
  std::size_t next_ = 0;
};

/// Of event_no, at, kind, body, previous_sha256, sha256.
[[nodiscard]] Event read_event(const std::vector<std::optional<std::string>>& row);

/// The one column of a result.
[[nodiscard]] std::set<int> numbers(const db::QueryResult& result);

/// A bound as a statement parameter: NULL when open.
[[nodiscard]] db::Parameter key_parameter(const std::optional<model::Key>& key);

/// A timestamp column as UTC text with Z, in SQL.
[[nodiscard]] std::string utc(const std::string& column);

}  // namespace sluice::ledger
