#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "sluice/model/name.h"

/// What a server's catalogue says of its tables, in one form for all engines. Pure data.
namespace sluice::model {

/// What stands behind a PostgreSQL type name; `plain` for everything on the MySQL family.
enum class TypeKind : std::uint8_t { plain, enumeration, array, composite, range, other };

/// A column's exact type. `sql` is what the server prints and is what shapes are compared by; the
/// rest is parsed from it. A PostgreSQL domain keeps its own name in `sql` and `schema`; every
/// other field is that of the type below it.
struct ColumnType {
  std::string sql;     // "numeric(12,2)", "int(10) unsigned", "enum('a','b')"
  std::string base;    // lower case, no arguments: "numeric", "int", "enum", "timestamp with time
                       // zone" -> "timestamptz"
  std::string schema;  // PostgreSQL: schema of the type; empty for pg_catalog and for MySQL
  // These five of an array are those of its elements.
  std::optional<int> length;           // characters or bytes of char/varchar/binary, bits of bit
  std::optional<int> precision;        // of numeric/decimal
  std::optional<int> scale;            // of numeric/decimal
  std::optional<int> fraction_digits;  // of time and timestamp types
  std::string last_field;  // of interval: "year" to "second", only where the type names fields
  bool is_unsigned = false;
  std::vector<std::string> members;  // of enum and set; of made types: what they are made of
  std::string charset;               // MySQL family, text types
  std::string collation;             // PostgreSQL: only where it is not the type's own
  TypeKind kind = TypeKind::plain;
  bool domain = false;  // PostgreSQL
};

enum class Generated : std::uint8_t { no, stored, virtual_column };
enum class Identity : std::uint8_t { no, always, by_default, auto_increment };

struct Column {
  std::string name;
  ColumnType type;
  bool nullable = true;
  std::optional<std::string> default_sql;
  Generated generated = Generated::no;
  std::string generation_sql;
  Identity identity = Identity::no;
  std::string
      sequence;  // PostgreSQL: the sequence of a serial or identity column, quoted, schema.name
  std::string sequence_options;  // PostgreSQL: "START WITH 1 INCREMENT BY 1 MINVALUE 1 MAXVALUE 9
                                 // CACHE 1 NO CYCLE"
  std::optional<int> statistics_target;  // PostgreSQL: only where set
  std::string storage;      // PostgreSQL: "external", ..., only where it is not the type's own
  std::string compression;  // PostgreSQL: "pglz", "lz4", only where set
  std::string options;      // PostgreSQL: "n_distinct=-0.5, n_distinct_inherited=9"
  std::string comment;
  std::string extra;  // MySQL family: EXTRA of the catalogue ("on update current_timestamp()")
};

struct IndexPart {
  std::string column;  // empty where `expression` is used
  std::string expression;
  bool descending = false;
  std::optional<int> prefix_length;      // MySQL prefix indexes
  std::optional<int> statistics_target;  // PostgreSQL: of an expression, only where set
};

struct Index {
  std::string name;
  std::vector<IndexPart> parts;  // of the key; without INCLUDE columns
  bool unique = false;
  bool primary = false;
  bool partial = false;        // has a WHERE clause
  bool valid = true;           // PostgreSQL: false after a failed CREATE INDEX CONCURRENTLY
  bool is_constraint = false;  // PostgreSQL: backs a PRIMARY KEY, UNIQUE or EXCLUDE constraint
  std::string method;          // btree, hash, gin, FULLTEXT, ...
  std::string definition;      // PostgreSQL: pg_get_indexdef; MySQL: rebuilt
  std::string constraint_definition;  // PostgreSQL: pg_get_constraintdef where is_constraint
  std::string tablespace;             // PostgreSQL: only where it is not the database's own
  bool clustered = false;             // PostgreSQL: CLUSTER orders the table by it
  std::string comment;
  std::string constraint_comment;  // PostgreSQL: of the constraint, where is_constraint
};

struct ForeignKey {
  std::string name;
  std::vector<std::string> columns;
  QualifiedName referenced;
  std::vector<std::string> referenced_columns;
  std::vector<std::string> equal_operators;  // PostgreSQL: referenced column = column, for each
  std::string on_delete;                     // "NO ACTION", "CASCADE", ...
  std::string on_update;
  std::string definition;  // PostgreSQL: pg_get_constraintdef
  bool validated = true;
  std::string comment;
};

struct Check {
  std::string name;
  std::string definition;
  bool validated = true;
  std::string comment;
};

/// Extended statistics of PostgreSQL.
struct Statistics {
  QualifiedName name;
  std::string definition;     // "(ndistinct) ON a, b": CREATE STATISTICS without both names
  std::optional<int> target;  // only where set
  std::string comment;
};

struct Trigger {
  std::string name;
  std::string definition;
};

struct Table {
  QualifiedName name;
  std::string kind = "table";  // table, partitioned, view, foreign, ...
  std::vector<Column> columns;
  std::vector<Index> indexes;  // the primary key among them
  std::vector<ForeignKey> foreign_keys;
  std::vector<Check> checks;
  std::vector<Trigger> triggers;
  std::string storage_engine;  // MySQL family: InnoDB, MyISAM, ...
  std::string comment;
  std::uint64_t estimated_rows = 0;
  std::uint64_t estimated_bytes = 0;  // heap or clustered index, without secondary indexes
  std::optional<double>
      key_correlation;  // PostgreSQL: pg_stats.correlation of the first key column
  bool row_security = false;
  // PostgreSQL only:
  std::string owner;
  std::vector<std::string> storage_parameters;  // "fillfactor=70", as in pg_class.reloptions
  std::string tablespace;                       // only where it is not the database's own
  bool unlogged = false;
  std::string replica_identity;  // "default", "full", "nothing", or "index <name>"
  bool has_children = false;     // inheritance: other tables' rows belong to it
  std::vector<Statistics> statistics;
  std::vector<QualifiedName> parents;  // that it inherits from, in order; of a partition its table
  std::string partition_bound;         // of a partition: "FOR VALUES FROM (1) TO (9)", "DEFAULT"
  std::vector<std::string> needs;      // ids of Catalog::objects
  // Either engine, of a partitioned table: "RANGE (day)". MySQL's are tables like any other.
  std::string partition_key;

  [[nodiscard]] const Column* find_column(const std::string& column) const noexcept {
    for (const Column& c : columns) {
      if (c.name == column) return &c;
    }
    return nullptr;
  }
  [[nodiscard]] const Index* primary_key() const noexcept {
    for (const Index& i : indexes) {
      if (i.primary) return &i;
    }
    return nullptr;
  }
};

/// Which server this is. `identity` survives restarts and renames of the host (PostgreSQL
/// system_identifier, MariaDB server_uid, MySQL server_uuid); physical clones share it.
struct ServerIdentity {
  Engine engine = Engine::postgresql;
  std::string version;     // as the server prints it
  int version_number = 0;  // 150020, 101119, 80036
  std::string identity;
  std::string address;  // "host:port" or "socket:<path>" as connected; for people
  std::string database;
  std::string user;  // the role that was really given by the server
};

/// A publication of PostgreSQL that takes in tables nobody named: every new table, or every new
/// table of some schemas.
struct Publication {
  std::string name;
  std::vector<std::string> schemas;  // empty: all tables
};

/// Something that tables of PostgreSQL need and that is made before them.
struct SchemaObject {
  /// DO NOT CHANGE THE NAMES (to_string): they stand in plans.
  enum class Kind : std::uint8_t { schema, extension, collation, sequence, type, domain };
  Kind kind{};
  QualifiedName name;              // schema: empty for schemas and extensions
  std::string definition;          // complete statement that makes it
  std::vector<std::string> needs;  // ids of others

  /// "type app.mood": unique in a catalogue.
  [[nodiscard]] std::string id() const;
  friend bool operator==(const SchemaObject&, const SchemaObject&) = default;
};
[[nodiscard]] constexpr const char* to_string(SchemaObject::Kind kind) noexcept {
  switch (kind) {
    case SchemaObject::Kind::schema:
      return "schema";
    case SchemaObject::Kind::extension:
      return "extension";
    case SchemaObject::Kind::collation:
      return "collation";
    case SchemaObject::Kind::sequence:
      return "sequence";
    case SchemaObject::Kind::type:
      return "type";
    case SchemaObject::Kind::domain:
      return "domain";
  }
  return "unknown";
}
inline std::string SchemaObject::id() const {
  return std::string(to_string(kind)) + " " + (name.schema.empty() ? name.table : name.text());
}

/// What a database holds beside tables and what they need: it is listed, and never moved.
struct OtherObject {
  std::string kind;    // "view", "function", "procedure", "policy", "event", ...
  QualifiedName name;  // of a trigger or policy: its table and, after a dot, its own
};

/// One server's tables at one moment, in name order.
struct Catalog {
  ServerIdentity server;
  std::vector<Table> tables;
  std::vector<Publication> wide_publications;  // PostgreSQL
  std::vector<SchemaObject> objects;           // PostgreSQL: each after all that it needs
  std::vector<OtherObject> others;

  [[nodiscard]] const Table* find(const QualifiedName& name) const noexcept {
    for (const Table& t : tables) {
      if (t.name == name) return &t;
    }
    return nullptr;
  }
};

}  // namespace sluice::model
