#include "ledger/row_reader.h"

#include <charconv>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

namespace sluice::ledger {
namespace {

[[noreturn]] void fail(const std::string& what) {
  throw model::Error(model::ErrorKind::data, "the ledger holds " + what);
}

}  // namespace

std::optional<std::string> RowReader::maybe_text() {
  if (next_ >= row_.size()) fail("fewer columns than expected");
  return row_[next_++];
}

std::string RowReader::text() { return maybe_text().value_or(""); }

std::int64_t RowReader::integer() {
  const std::string digits = text();
  std::int64_t number = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), number);
  if (error != std::errc() || end != digits.data() + digits.size()) {
    fail(fmt::format("'{}' where a number should be", digits));
  }
  return number;
}

std::optional<model::Key> RowReader::key() {
  const std::optional<std::string> json = maybe_text();
  if (!json) return std::nullopt;
  return key_from_json(*json);
}

codec::RowSetDigest RowReader::digest() {
  const std::string written = text();
  const auto digest = codec::RowSetDigest::from_text(written);
  if (!digest) fail(fmt::format("'{}' where a digest should be", written));
  return *digest;
}

std::set<int> numbers(const db::QueryResult& result) {
  std::set<int> all;
  for (const auto& row : result.rows) all.insert(RowReader(row).small());
  return all;
}

db::Parameter key_parameter(const std::optional<model::Key>& key) {
  if (!key) return std::nullopt;
  return to_json(*key);
}

std::string utc(const std::string& column) {
  return fmt::format(R"(to_char({} AT TIME ZONE 'UTC', 'YYYY-MM-DD"T"HH24:MI:SS"Z"'))", column);
}

}  // namespace sluice::ledger
