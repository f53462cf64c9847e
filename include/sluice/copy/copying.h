#pragma once

#include "sluice/copy/run.h"
#include "sluice/copy/source_reader.h"
#include "sluice/db/sql_session.h"

namespace sluice::copy {

/// Copies until every batch that counts is what the source, and the live tables whose rows are
/// kept, held at one point in time each, or until a stop is requested. Tables of the source that
/// somebody altered meanwhile fail. Throws the first error of
/// any stage; all that was committed stays.
void copy_all_rows(const RunContext& run, db::SqlSession& ledger);

/// Copies ranges that the run's first process has cut, until none is left or a stop is requested.
void help_copying(const RunContext& run, db::SqlSession& ledger);

/// Copies until no range of the reader's origin is left or a stop is requested. Throws the first
/// error of any stage; all that was committed stays.
void copy_rows(const RunContext& run, SourceReader& reader);

}  // namespace sluice::copy
