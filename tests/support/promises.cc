#include "support/promises.h"

#include <algorithm>
#include <iterator>
#include <vector>

#include <fmt/format.h>

#include "support/neutral_text.h"

namespace sluice::test {
namespace {

// --- MySQL's family ---

constexpr const char* kFamilyKeys = R"(
SELECT CONCAT(table_name, ': ', CASE WHEN index_type NOT IN ('BTREE', 'HASH') THEN LOWER(index_type)
         WHEN index_name = 'PRIMARY' THEN 'primary key' WHEN non_unique = 0 THEN 'unique'
         ELSE 'index' END,
       ' (', GROUP_CONCAT(CONCAT(column_name, COALESCE(CONCAT('(', sub_part, ')'), ''),
                                 IF(collation = 'D', ' DESC', ''))
                          ORDER BY seq_in_index SEPARATOR ', '), ')')
FROM information_schema.statistics WHERE table_schema = DATABASE()
GROUP BY table_name, index_name, index_type, non_unique)";

constexpr const char* kFamilyForeignKeys = R"(
SELECT CONCAT(k.table_name, ': foreign key ', k.constraint_name,
       ' (', GROUP_CONCAT(k.column_name ORDER BY k.ordinal_position SEPARATOR ', '),
       ') references ', k.referenced_table_name,
       ' (', GROUP_CONCAT(k.referenced_column_name ORDER BY k.ordinal_position SEPARATOR ', '),
       ') on update ', r.update_rule, ' on delete ', r.delete_rule)
FROM information_schema.key_column_usage k
JOIN information_schema.referential_constraints r
  ON r.constraint_schema = k.constraint_schema AND r.constraint_name = k.constraint_name
  AND r.table_name = k.table_name
WHERE k.table_schema = DATABASE() AND k.referenced_table_name IS NOT NULL
GROUP BY k.table_name, k.constraint_name, k.referenced_table_name, r.update_rule, r.delete_rule)";

constexpr const char* kFamilyTables = R"(
SELECT CONCAT(table_name, ': comment ', table_comment) FROM information_schema.tables
WHERE table_schema = DATABASE() AND table_comment <> '' AND table_type = 'BASE TABLE'
UNION ALL
SELECT CONCAT(event_object_table, ': trigger ', trigger_name) FROM information_schema.triggers
WHERE trigger_schema = DATABASE())";

constexpr const char* kMariadbChecks = R"(
SELECT CONCAT(table_name, ': check ', constraint_name) FROM information_schema.check_constraints
WHERE constraint_schema = DATABASE() AND check_clause NOT LIKE 'json_valid(%')";

constexpr const char* kMysqlChecks = R"(
SELECT CONCAT(table_name, ': check ', constraint_name) FROM information_schema.table_constraints
WHERE table_schema = DATABASE() AND constraint_type = 'CHECK' AND enforced = 'YES')";

constexpr const char* kFamilyColumns = R"(
SELECT CONCAT(c.table_name, '.', c.column_name, ': '), c.is_nullable = 'NO',
       c.extra LIKE '%auto_increment%', c.extra LIKE '%on update%', c.column_type LIKE '%unsigned%',
       c.generation_expression IS NOT NULL AND c.generation_expression <> '', c.column_comment,
       {}, c.data_type, COALESCE(c.numeric_precision, 0)
FROM information_schema.columns c JOIN information_schema.tables t USING (table_schema, table_name)
WHERE c.table_schema = DATABASE() AND t.table_type = 'BASE TABLE')";

/// The default as SQL. MySQL shows most literals as their bare text, and expressions as if they
/// stood in a quoted one.
constexpr const char* kMariadbDefault = "c.column_default";
constexpr const char* kMysqlDefault = R"(
CASE WHEN c.extra LIKE '%DEFAULT_GENERATED%' THEN REPLACE(c.column_default, '\\''', '''')
     WHEN c.data_type IN ('bit', 'binary', 'varbinary') THEN c.column_default
     ELSE QUOTE(c.column_default) END)";

// --- PostgreSQL; {} is the schema's name as a literal ---

constexpr const char* kPgKeys = R"(
SELECT c.relname || ': ' || CASE WHEN indisprimary THEN 'primary key' WHEN indisunique THEN 'unique'
         ELSE CASE a.amname WHEN 'btree' THEN 'index' ELSE a.amname END END ||
       ' (' || (SELECT string_agg(coalesce(attname, pg_get_indexdef(indexrelid, n::int, true)) ||
                         CASE WHEN indoption[n - 1] & 1 = 1 THEN ' DESC' ELSE '' END,
                         ', ' ORDER BY n)
                FROM generate_series(1, indnkeyatts) n
                LEFT JOIN pg_attribute ON attrelid = c.oid AND attnum = indkey[n - 1]
                  AND attnum > 0) || ')'
FROM pg_index i JOIN pg_class c ON c.oid = indrelid JOIN pg_class x ON x.oid = indexrelid
JOIN pg_am a ON a.oid = x.relam
WHERE c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0}) AND indisvalid)";

constexpr const char* kPgForeignKeys = R"(
SELECT c.relname || ': foreign key ' || conname || ' (' ||
       (SELECT string_agg(attname, ', ' ORDER BY n) FROM unnest(conkey) WITH ORDINALITY AS k(a, n)
        JOIN pg_attribute ON attrelid = conrelid AND attnum = k.a) || ') references ' || p.relname ||
       ' (' || (SELECT string_agg(attname, ', ' ORDER BY n)
                FROM unnest(confkey) WITH ORDINALITY AS k(a, n)
                JOIN pg_attribute ON attrelid = confrelid AND attnum = k.a) ||
       ') on update ' || pg_temp.rule(confupdtype) ||
       ' on delete ' || pg_temp.rule(confdeltype)
FROM pg_constraint JOIN pg_class c ON c.oid = conrelid JOIN pg_class p ON p.oid = confrelid
WHERE contype = 'f' AND convalidated
  AND c.relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0}))";

constexpr const char* kPgRule = R"(
CREATE FUNCTION pg_temp.rule(what "char") RETURNS text LANGUAGE sql AS $$
  SELECT CASE what WHEN 'a' THEN 'NO ACTION' WHEN 'r' THEN 'RESTRICT' WHEN 'c' THEN 'CASCADE'
    WHEN 'n' THEN 'SET NULL' WHEN 'd' THEN 'SET DEFAULT' END $$)";

constexpr const char* kPgTables = R"(
SELECT relname || ': comment ' || obj_description(oid, 'pg_class') FROM pg_class
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0}) AND relkind IN ('r', 'p')
  AND obj_description(oid, 'pg_class') IS NOT NULL
UNION ALL
SELECT relname || CASE WHEN cardinality(conkey) = 1 AND
           pg_get_constraintdef(o.oid) ~ '^CHECK \(\(("[^"]*"|\w+) >= (0|\(0\)::\w+( \w+)?)\)\)$'
         THEN '.' || attname || ': not below zero' ELSE ': check ' || conname END
FROM pg_constraint o JOIN pg_class c ON c.oid = conrelid
JOIN pg_attribute ON attrelid = c.oid AND attnum = conkey[1]
WHERE contype = 'c' AND convalidated
  AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0})
UNION ALL
SELECT relname || ': trigger ' || tgname FROM pg_trigger JOIN pg_class c ON c.oid = tgrelid
WHERE NOT tgisinternal
  AND relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0}))";

constexpr const char* kPgColumns = R"(
SELECT relname || '.' || attname || ': ', attnotnull, attidentity = 'd', false, false,
       attgenerated <> '', coalesce(col_description(c.oid, attnum), ''),
       CASE attgenerated WHEN '' THEN pg_get_expr(adbin, adrelid) END, typname
FROM pg_class c JOIN pg_attribute a ON attrelid = c.oid JOIN pg_type t ON t.oid = atttypid
LEFT JOIN pg_attrdef ON adrelid = c.oid AND adnum = attnum
WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {0}) AND relkind IN ('r', 'p')
  AND attnum > 0 AND NOT attisdropped)";

std::string literal(const std::string& text) {
  std::string quoted = "'";
  for (const char c : text) quoted.append(c == '\'' ? 2 : 1, c);
  return quoted + "'";
}

template <typename Session>
void add_lines(Session& session, const std::string& sql, Promises& promises) {
  for (const Row& row : session.query(sql)) promises.insert(row.at(0).value());
}

bool is_true(const std::optional<std::string>& value) { return value == "1" || value == "t"; }

/// Rows of kFamilyColumns and kPgColumns, up to the comment, are alike.
void add_column(const Row& row, Promises& promises) {
  static const std::vector<std::string> words{"not null", "numbered", "set on update",
                                              "not below zero", "computed"};
  for (std::size_t i = 0; i < words.size(); ++i) {
    if (is_true(row.at(i + 1))) promises.insert(*row.at(0) + words[i]);
  }
  if (!row.at(6)->empty()) promises.insert(*row.at(0) + "comment " + *row.at(6));
}

bool is_clock(const std::string& sql) {
  return sql.starts_with("current_timestamp") || sql.starts_with("CURRENT_TIMESTAMP") ||
         sql.starts_with("LOCALTIMESTAMP");
}

}  // namespace

Promises promises_of(const MysqlFamilyDatabase& db) {
  MysqlSql session(db.server().option_file(), db.name());
  session.query("SET time_zone = '+00:00'");
  Promises promises;
  const bool is_mysql = db.server().is_mysql();
  for (const char* const sql :
       {kFamilyKeys, kFamilyForeignKeys, kFamilyTables, is_mysql ? kMysqlChecks : kMariadbChecks}) {
    add_lines(session, sql, promises);
  }
  const char* const default_sql = is_mysql ? kMysqlDefault : kMariadbDefault;
  for (const Row& row : session.query(fmt::format(kFamilyColumns, default_sql))) {
    add_column(row, promises);
    const std::string value = row.at(7).value_or("NULL");
    if (value == "NULL") continue;
    const std::string text =
        is_clock(value)
            ? "now"
            : single_value(session.query("SELECT " + neutral_mysql(*row.at(8), value, *row.at(9))));
    promises.insert(*row.at(0) + "default " + text);
  }
  return promises;
}

Promises promises_of(const PostgresDatabase& db, const std::string& schema) {
  PgSql session(db.conninfo());
  session.query(kPgRule);
  Promises promises;
  for (const char* const sql : {kPgKeys, kPgForeignKeys, kPgTables}) {
    add_lines(session, fmt::format(fmt::runtime(sql), literal(schema)), promises);
  }
  for (const Row& row : session.query(fmt::format(fmt::runtime(kPgColumns), literal(schema)))) {
    add_column(row, promises);
    if (!row.at(7)) continue;
    const std::string text =
        is_clock(*row.at(7))
            ? "now"
            : single_value(
                  session.query("SELECT " + neutral_postgres(*row.at(8), "(" + *row.at(7) + ")")));
    promises.insert(*row.at(0) + "default " + text);
  }
  return promises;
}

std::string promises_difference(const Promises& source, const Promises& target) {
  std::vector<std::string> lost;
  std::vector<std::string> gained;
  std::ranges::set_difference(source, target, std::back_inserter(lost));
  std::ranges::set_difference(target, source, std::back_inserter(gained));
  std::string text;
  for (const std::string& line : lost) text += "- " + line + "\n";
  for (const std::string& line : gained) text += "+ " + line + "\n";
  return text;
}

std::string numbers_given_again(const PostgresDatabase& db, const std::string& schema) {
  PgSql session(db.conninfo());
  std::string columns;
  for (const Row& row : session.query(fmt::format(
           "SELECT quote_ident(relname), quote_ident(attname), pg_get_serial_sequence("
           "c.oid::regclass::text, attname) FROM pg_class c JOIN pg_attribute ON attrelid = c.oid "
           "WHERE relnamespace = (SELECT oid FROM pg_namespace WHERE nspname = {}) AND attidentity "
           "<> '' AND relkind IN ('r', 'p')",
           literal(schema)))) {
    const std::string table = "\"" + schema + "\"." + *row.at(0);
    const std::string free = single_value(session.query(
        fmt::format("SELECT coalesce((SELECT last_value + is_called::int FROM {}) > (SELECT "
                    "max({}) FROM {}), true)",
                    *row.at(2), *row.at(1), table)));
    if (free != "t") columns += *row.at(0) + "." + *row.at(1) + "\n";
  }
  return columns;
}

}  // namespace sluice::test
