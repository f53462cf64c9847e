#pragma once

#include <cstdint>

#include "tsv_writer.h"

namespace sluice::demo_data {

/// The table of the speed comparison: `crm`, 20 columns, about 485 bytes a row, no oddities (a tool
/// that cannot move zero dates should still be measured). JSON is written as jsonb prints it, so
/// that both engines hold the same text.
void write_wide(std::uint64_t seed, std::uint64_t rows, TsvWriter& out);

}  // namespace sluice::demo_data
