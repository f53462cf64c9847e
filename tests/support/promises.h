#pragma once

#include <set>
#include <string>

#include "support/mysql_family.h"
#include "support/postgres_server.h"

/// What a database promises of its rows beyond their values, read from each server's own catalogue
/// and said in words that both share, a line each:
///
///   orders: primary key (id)            orders.id: not null
///   orders: unique (code, part)         orders.id: numbered
///   orders: index (at DESC)             orders.code: default 'x'
///   orders: foreign key f (customer) references customers (id) on update RESTRICT on delete
///   CASCADE orders: check positive              orders.id: not below zero orders: comment ...
///   orders.at: set on update orders: trigger t                   orders.total: computed
///
/// Names of keys and indexes are left out: PostgreSQL has one such name a schema, the family one a
/// table.
namespace sluice::test {

using Promises = std::multiset<std::string>;

[[nodiscard]] Promises promises_of(const MysqlFamilyDatabase& db);
[[nodiscard]] Promises promises_of(const PostgresDatabase& db,
                                   const std::string& schema = "public");

/// "- line" for each that the second has not, "+ line" for each that only the second has.
[[nodiscard]] std::string promises_difference(const Promises& source, const Promises& target);

/// Columns that number their rows and would give a number that is there already, or a lower one.
[[nodiscard]] std::string numbers_given_again(const PostgresDatabase& db,
                                              const std::string& schema = "public");

}  // namespace sluice::test
