#pragma once

#include <optional>
#include <string>
#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/name.h"

/// What a run has made under names that others may give as well, and knows again by its oid.
namespace sluice::copy {

/// DO NOT CHANGE: kinds of events in ledgers.
inline constexpr const char* kParentMade = "partitioned-table-made";
inline constexpr const char* kPartitionNamed = "partition-named";
inline constexpr const char* kSequenceMade = "sequence-made";

/// (tx) Of that which has made the relation.
void record_made(db::SqlSession& ledger, const std::string& run_id, const char* kind,
                 const model::QualifiedName& name);

/// What the relations are by the server's own number, in their order; null: there is none.
[[nodiscard]] std::vector<std::optional<std::string>> oids_of(
    db::SqlSession& session, const std::vector<model::QualifiedName>& names);

/// Those of the relations that the run has made: what somebody else has made since under such a
/// name is not among them.
[[nodiscard]] std::vector<model::QualifiedName> made_by(
    db::SqlSession& ledger, const std::string& run_id, const char* kind,
    const std::vector<model::QualifiedName>& names);

}  // namespace sluice::copy
