#pragma once

#include <vector>

#include "sluice/db/sql_session.h"
#include "sluice/model/schema.h"
#include "sluice/plan/new_tables.h"

namespace sluice::copy {

/// Makes new tables on the target as copy would, without rows, reads from its catalogue what became
/// of them, and rolls everything back: what the server refuses, and how it spells what it takes, is
/// known before anything is copied. What is refused is left out with a finding; a table that cannot
/// be made at all is an error among them. `session`: of the target, free to write. Nobody else sees
/// or waits for anything of it. `replaced`: tables in the way that are to go; tried without them,
/// so that others wait for them meanwhile.
[[nodiscard]] plan::MadeTables try_new_tables(
    db::SqlSession& session, std::vector<plan::NewTable> tables,
    const std::vector<model::QualifiedName>& replaced = {});

/// Makes what is not there yet; whether it has made it.
bool create_object(db::SqlSession& session, const model::SchemaObject& object);
/// Makes what tables need and is not there yet, each in the order given.
void create_objects(db::SqlSession& session, const std::vector<model::SchemaObject>& objects);

}  // namespace sluice::copy
