#pragma once

#include <cstdint>
#include <filesystem>
#include <string>

#include "tsv_writer.h"

namespace sluice::demo_data {

/// What to generate. Equal values give equal bytes on every machine.
struct Request {
  Engine engine = Engine::mariadb;
  std::uint64_t seed = 1;
  std::uint64_t rows = 200'000;  ///< customers of the old CRM, or rows of the wide table
  std::filesystem::path folder;  ///< exists; files of the same names are overwritten
};

/// Fewer customers than this and the rare oddities could leave nobody to place an order.
inline constexpr std::uint64_t kMinCustomers = 100;

/// The old CRM: <table>.tsv for each table of sql/legacy_crm.<engine>.sql, in column order.
/// Returns the summary: a JSON text with the rows of each table, the count of each oddity, what the
/// demo's mapping makes of the rows, and totals that a check in SQL can be held against. `rows` >=
/// kMinCustomers. Throws std::runtime_error when a file cannot be written.
[[nodiscard]] std::string generate_legacy_crm(const Request& request);

/// The wide table of the speed comparison: crm.tsv. Returns a summary as above.
[[nodiscard]] std::string generate_wide(const Request& request);

}  // namespace sluice::demo_data
