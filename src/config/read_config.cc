#include <algorithm>

#include <fmt/format.h>

#include "config/endpoint_json.h"
#include "config/reader.h"
#include "config/shapes.h"

namespace sluice::config {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

/// PostgreSQL counts milliseconds in 31 bits; three weeks are below that.
constexpr std::int64_t kLongestStatement = 21LL * 24 * 60 * 60;
/// Names stand in table names of the ledger's reports and in file names.
constexpr std::size_t kMaxNameLength = 40;

std::string read_name(ObjectReader& config) {
  std::string name = config.required_text("name");
  const bool plain =
      name.size() <= kMaxNameLength && std::ranges::all_of(name, [](char c) {
        return (c >= 'a' && c <= 'z') || (c >= '0' && c <= '9') || c == '-' || c == '_';
      });
  if (!plain) {
    config.problems().error(
        *config.find("name"), "bad-name",
        fmt::format("a name has at most {} of the characters a to z, 0 to 9, - and _",
                    kMaxNameLength));
  }
  return name;
}

template <typename Number>
void read_limit(ObjectReader& limits, std::string_view key, std::int64_t min, std::int64_t max,
                Number& out) {
  if (const auto value = limits.integer(key, min, max)) out = static_cast<Number>(*value);
}

Limits read_limits(ObjectReader& config) {
  Limits limits;
  const JsonValue* value = config.find("limits");
  if (value == nullptr) return limits;
  ObjectReader object(*value, shapes::kLimits, config.problems());
  // Below 64 KiB a transaction costs more than its rows; above 256 MiB memory is no longer bounded
  // in any useful sense.
  read_limit(object, "batch_bytes", 64LL << 10, 256LL << 20, limits.batch_bytes);
  read_limit(object, "readers", 1, 64, limits.readers);
  read_limit(object, "writers", 1, 64, limits.writers);
  read_limit(object, "in_flight", 1, 256, limits.in_flight);
  read_limit(object, "quarantine_rows", 0, 1'000'000'000, limits.quarantine_rows);
  read_limit(object, "min_free_bytes", 0, 1LL << 50, limits.min_free_bytes);
  read_limit(object, "reconnect_seconds", 0, 24LL * 60 * 60, limits.reconnect_seconds);
  read_limit(object, "source_statement_seconds", 0, kLongestStatement,
             limits.source_statement_seconds);
  return limits;
}

codec::DigestAlgorithm read_digest(ObjectReader& config) {
  constexpr std::string_view kNames[] = {"xxh3-128", "sha256"};
  const auto choice = config.choice("digest", kNames);
  return choice == 1U ? codec::DigestAlgorithm::sha256 : codec::DigestAlgorithm::xxh3_128;
}

NewTables read_new_tables(ObjectReader& config) {
  constexpr std::string_view kNames[] = {"live", "side"};
  return static_cast<NewTables>(config.choice("new_tables", kNames).value_or(0));
}

std::optional<Override> read_allow(ObjectReader& config) {
  const JsonValue* value = config.find("allow");
  if (value == nullptr) return std::nullopt;
  ObjectReader object(*value, shapes::kAllow, config.problems());
  const JsonValue* can_delete = object.find("source_can_delete");
  if (can_delete == nullptr) return std::nullopt;
  ObjectReader inner(*can_delete, shapes::kOverride, config.problems());
  return Override{inner.required_text("reason"), inner.required_text("person")};
}

model::Endpoint read_endpoint(ObjectReader& config, std::string_view side) {
  const JsonValue* value = config.required(side);
  if (value == nullptr) return {};
  model::Endpoint endpoint = endpoint_from_json(*value, config.problems());
  endpoint.side = side;
  return endpoint;
}

std::string default_schema(const model::Endpoint& endpoint) {
  return model::is_mysql_family(endpoint.engine) ? endpoint.database : "public";
}

/// What only shows when tables and the list of left ones are seen together.
void check_left_and_mapped(const Config& config, ObjectReader& root) {
  for (const Table& table : config.tables) {
    if (!config.is_left(table.source)) continue;
    root.problems().error(
        *root.find("leave"), "left-and-mapped",
        fmt::format("table {} is left behind, and mapped at {}", table.source.text(), table.where),
        "take it out of one of the two; instead of a whole schema, its tables can be left by name");
  }
}

void check_target_engine(const Config& config, ObjectReader& root) {
  const JsonValue* target = root.find("target");
  if (target == nullptr || !model::is_mysql_family(config.target.engine)) return;
  root.problems().error(
      *target, "target-engine",
      "this version writes to PostgreSQL only, and the target is of the MySQL family");
}

Config config_from_json(const JsonValue& value, std::string_view file, JsonProblems& problems) {
  ObjectReader root(value, shapes::kConfig, problems);
  Config config;
  config.file = file;
  if (!root.is_object()) return config;
  config.name = read_name(root);
  config.operator_name = root.text("operator");
  config.policy = root.text("policy");
  (void)root.text("$schema");
  config.source = read_endpoint(root, "source");
  config.target = read_endpoint(root, "target");
  const Reader reader{problems, default_schema(config.source), default_schema(config.target)};
  config.tables = read_tables(root, reader);
  config.leave = read_leave(root, reader);
  config.checks = read_checks(root, reader);
  config.limits = read_limits(root);
  config.source.statement_seconds = config.limits.source_statement_seconds;
  config.digest = read_digest(root);
  config.new_tables = read_new_tables(root);
  config.source_can_delete = read_allow(root);
  check_left_and_mapped(config, root);
  check_target_engine(config, root);
  return config;
}

}  // namespace

ReadResult read_config(std::string_view text, std::string_view file) {
  ReadResult result;
  const auto parsed = codec::parse_json(text, file);
  if (const auto* error = std::get_if<codec::JsonError>(&parsed)) {
    result.findings.push_back(
        {model::Severity::error, "not-json",
         fmt::format("{}:{}:{}", file, error->position.line, error->position.column),
         error->message, "a config is strict JSON, without comments"});
    return result;
  }
  const auto& document = std::get<codec::JsonDocument>(parsed);
  JsonProblems problems(document, result.findings);
  problems.report_duplicates();
  Config config = config_from_json(document.root(), file, problems);
  if (!problems.has_errors()) result.config = std::move(config);
  return result;
}

}  // namespace sluice::config
