#pragma once

#include <cstdint>
#include <string>
#include <vector>

#include "sluice/cutover/cutover.h"
#include "sluice/db/sql_session.h"
#include "sluice/ledger/records.h"
#include "sluice/model/endpoint.h"

/// Rows that a rollback took from applications, as files: whole, in row form
/// (archive/archive.md). The rollback puts them into tables of the target in its own transaction;
/// from there they are archived when nobody waits for locks any more.
namespace sluice::cutover {

/// DO NOT CHANGE: a kind of events in ledgers.
inline constexpr const char* kLostArchived = "lost-rows-archived";

/// Tables of rows that rollbacks put aside and that are in no archive yet, the oldest first.
[[nodiscard]] std::vector<Written> not_archived(const std::vector<ledger::Event>& events);

/// What was archived.
struct LostArchive {
  std::string directory;
  std::string index_sha256;  // of archive.json
  std::vector<Written> tables;
  std::uint64_t rows = 0;
};

/// Writes these tables' rows into a new archive, finishes it, reads it whole again, and records it
/// in the run's events. A table bears the live table's name there, and its key where the plan has
/// one. `directory` is made; it must not hold an archive yet (throws Error{usage}). Throws
/// Error{drift} where a table is gone or is another one, Error{storage}, Error{data} where a type
/// has no row form. `session`: on `target`, to be written to; reads by a session of its own.
[[nodiscard]] LostArchive archive_lost(db::SqlSession& session, const model::Endpoint& target,
                                       const Request& request, std::vector<Written> tables,
                                       const std::string& directory);

}  // namespace sluice::cutover
