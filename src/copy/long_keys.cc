#include "sluice/copy/long_keys.h"

#include <charconv>
#include <chrono>
#include <cstdint>
#include <optional>
#include <string>

#include <fmt/format.h>

#include "sluice/model/error.h"
#include "sluice/model/quote.h"
#include "sluice/schema/long_key.h"

namespace sluice::copy {
namespace {

using schema::LongKey;
using schema::LongKeyPart;
using std::chrono::seconds;

/// For one index: some million rows, or all of an index that is in memory.
constexpr seconds kForOne{5};
/// For all of them: people wait for a plan.
constexpr seconds kForAll{30};

std::string length_of(const LongKeyPart& part) {
  std::string value = model::quote_identifier(model::Engine::mysql, part.column);
  if (part.prefix != 0) value = fmt::format("left({}, {})", value, part.prefix);
  if (part.is_text) value = fmt::format("convert({} USING utf8mb4)", value);
  return fmt::format("coalesce(length({}), 0)", value);
}

std::string longest_sql(const LongKey& key) {
  std::string sum;
  for (const LongKeyPart& part : key.parts) sum += (sum.empty() ? "" : " + ") + length_of(part);
  return fmt::format("SELECT coalesce(max({}), 0) FROM {}", sum,
                     model::quote_name(model::Engine::mysql, key.table));
}

void limit_statements(db::SqlSession& source) {
  if (source.engine() == model::Engine::mariadb) {
    source.query(fmt::format("SET SESSION max_statement_time = {}", kForOne.count()));
  } else {
    source.query(fmt::format("SET SESSION max_execution_time = {}",
                             std::chrono::milliseconds(kForOne).count()));
  }
}

/// Nothing where it takes too long, or the role may not read the table: the copy will say that.
std::optional<std::uint64_t> longest(db::SqlSession& source, const LongKey& key) {
  try {
    const std::string text = source.query(longest_sql(key)).value();
    std::uint64_t bytes = 0;
    std::from_chars(text.data(), text.data() + text.size(), bytes);
    return bytes;
  } catch (const model::Error& error) {
    if (error.retry() != model::Retry::never) throw;
    return std::nullopt;
  }
}

/// In the place of what was said before anybody had looked.
void say_better(const model::Finding& finding, std::vector<model::Finding>& findings) {
  for (model::Finding& said : findings) {
    if (said.rule == finding.rule && said.where == finding.where) said = finding;
  }
}

}  // namespace

void measure_long_keys(db::SqlSession& source, std::vector<plan::NewTable>& designs) {
  const auto end = std::chrono::steady_clock::now() + kForAll;
  limit_statements(source);
  for (plan::NewTable& design : designs) {
    for (const LongKey& key : design.design.long_keys) {
      if (std::chrono::steady_clock::now() > end) return;
      say_better(schema::look_at_long_key(key, longest(source, key)), design.design.findings);
    }
  }
}

}  // namespace sluice::copy
