#pragma once

#include <cstdint>

#include "customers.h"
#include "tsv_writer.h"

namespace sluice::demo_data {

struct EventCounts {
  std::uint64_t heartbeats = 0;  ///< what the row filter of the demo leaves out
  std::uint64_t repeated = 0;    ///< rows equal to the row before them, except for MariaDB's key
};

/// The log of the old CRM, one row a customer: in PostgreSQL without any key and with equal rows,
/// in MariaDB the same rows behind an id.
[[nodiscard]] EventCounts write_events(const Customers& customers, TsvWriter& out);

/// The web sessions of the old CRM, one for four customers: nobody needs them in the new one.
void write_sessions(const Customers& customers, TsvWriter& out);

}  // namespace sluice::demo_data
