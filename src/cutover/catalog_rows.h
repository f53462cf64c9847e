#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/cutover/swap.h"
#include "sluice/db/sql_session.h"

namespace sluice::cutover {

/// What trades names in a swap, in either direction: `outgoing` bears the live name now, `incoming`
/// gets it.
struct Trade {
  model::QualifiedName live;
  model::QualifiedName incoming;
};

/// A statement that runs when the names are changed, by rank.
struct Ranked {
  int rank = 0;
  std::string sql;
};

/// What the catalogue's questions add up to.
struct Gathered {
  std::vector<Object> objects;
  std::vector<std::string> view_locks;   // taken first: see locks.h
  std::vector<std::string> table_locks;  // names
  std::vector<std::string> before;
  std::vector<Ranked> after;
  std::vector<std::string> later;
  std::vector<std::string> restore;
  std::vector<std::string> restore_later;
  std::size_t lock_count = 0;
  std::vector<std::string> facts;  // that only the digest is made of
};

/// The rows of `question`, whose text `@w` stands for the CTEs w (place, live, id, new_id) and m
/// (place, live, class, obj: what of an outgoing table others may be bound to). Its columns, by
/// name, all text: kind, name, live, fate, remark, view_lock, table_lock, before, rank, after,
/// later, restore, restore_later, locks. Those that it lacks are empty.
void gather(db::SqlSession& session, std::string_view question, const std::vector<Trade>& trades,
            Gathered& gathered);
/// The result itself.
[[nodiscard]] db::QueryResult ask(db::SqlSession& session, std::string_view question,
                                  const std::vector<Trade>& trades);

/// What others have that is bound to outgoing tables: views, foreign keys, publications, ...
void gather_referrers(db::SqlSession& session, const std::vector<Trade>& trades,
                      Gathered& gathered);
/// Foreign keys of outgoing tables to tables that keep their places.
void gather_keys_out(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered);
/// What an outgoing table has itself and the incoming one has to get: owner, grants, triggers, ...
void gather_own(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered);
/// What belongs to both directions: where sequences stand, and who owns them.
void gather_sequences(db::SqlSession& session, const std::vector<Trade>& trades,
                      Gathered& gathered);
/// What nothing is known to do about.
void gather_refusals(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered);
/// Columns, indexes and constraints of all tables, for the digest.
void gather_facts(db::SqlSession& session, const std::vector<Trade>& trades, Gathered& gathered);

}  // namespace sluice::cutover
