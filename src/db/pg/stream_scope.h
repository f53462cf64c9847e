#pragma once

#include <cstdint>
#include <string>

#include "sluice/db/source.h"

#include "db/pg/connection.h"

namespace sluice::db::pg {

/// What of a table decides how it is streamed.
struct HeapFacts {
  bool is_heap = false;  // an ordinary table: has blocks, and ONLY keeps inheriting tables out
  bool has_large_values = false;  // values outside the rows: a block may yield gigabytes
  std::uint64_t blocks = 0;       // with those of partitions
};

[[nodiscard]] HeapFacts read_heap_facts(Connection& connection, const model::QualifiedName& table);

/// The planner's settings for one stream, and a savepoint around it, so that a stream that ends
/// early (its COPY cancelled) does not take the transaction and with it the snapshot along.
class StreamScope {
 public:
  StreamScope(Connection& connection, const TableRead& table, model::RangeKind kind);
  StreamScope(const StreamScope&) = delete;
  StreamScope& operator=(const StreamScope&) = delete;
  ~StreamScope();

 private:
  Connection& connection_;
};

}  // namespace sluice::db::pg
