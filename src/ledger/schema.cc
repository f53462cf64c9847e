#include <string>
#include <string_view>

#include <fmt/format.h>

#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"

#include "ledger/row_reader.h"

namespace sluice::ledger {
namespace {

/// The ledger's tables; ledger.md explains them. Keys are JSON arrays of text so that the same form
/// serves every engine. Nothing here is granted to anybody.
constexpr std::string_view kDdl = R"sql(CREATE SCHEMA sluice;
CREATE TABLE sluice.meta (
  schema_version integer NOT NULL
);
CREATE TABLE sluice.run (
  run_id text PRIMARY KEY,
  name text NOT NULL,
  plan_sha256 text NOT NULL,
  plan text NOT NULL,
  config_sha256 text NOT NULL,
  nonce text NOT NULL,
  state text NOT NULL,
  stage text NOT NULL,
  reason text NOT NULL DEFAULT '',
  operator_name text NOT NULL,
  approval_rule text NOT NULL,
  tool_version text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  ended_at timestamptz
);
CREATE TABLE sluice.run_table (
  run_id text NOT NULL REFERENCES sluice.run,
  table_no integer NOT NULL,
  state text NOT NULL,
  reason text NOT NULL DEFAULT '',
  estimated_rows bigint NOT NULL,
  estimated_bytes bigint NOT NULL,
  moved boolean NOT NULL DEFAULT false,
  PRIMARY KEY (run_id, table_no)
);
CREATE TABLE sluice.process (
  process_id text PRIMARY KEY,
  run_id text NOT NULL REFERENCES sluice.run,
  host text NOT NULL,
  pid integer NOT NULL,
  os_user text NOT NULL,
  started_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  seen_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  waiting_for text,
  waiting_since timestamptz,
  ended_at timestamptz
);
CREATE TABLE sluice.snapshot (
  run_id text NOT NULL REFERENCES sluice.run,
  snapshot_no integer NOT NULL,
  origin text NOT NULL,
  snapshot_id text NOT NULL,
  position text NOT NULL,
  label text NOT NULL,
  opened_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, snapshot_no)
);
CREATE TABLE sluice.counter (
  run_id text NOT NULL REFERENCES sluice.run,
  schema_name text NOT NULL,
  counter_name text NOT NULL,
  last_value numeric,
  is_called boolean NOT NULL,
  PRIMARY KEY (run_id, schema_name, counter_name)
);
CREATE TABLE sluice.range (
  run_id text NOT NULL,
  table_no integer NOT NULL,
  range_no integer NOT NULL,
  origin text NOT NULL,
  kind smallint NOT NULL,
  lower_key text,
  upper_key text,
  cursor_key text,
  done boolean NOT NULL DEFAULT false,
  next_batch integer NOT NULL DEFAULT 1,
  owner text,
  epoch integer NOT NULL DEFAULT 0,
  lease_until timestamptz,
  priority bigint NOT NULL,
  PRIMARY KEY (run_id, table_no, range_no),
  FOREIGN KEY (run_id, table_no) REFERENCES sluice.run_table
);
CREATE INDEX ON sluice.range (run_id, origin, priority DESC, table_no, range_no) WHERE NOT done;
CREATE TABLE sluice.batch (
  run_id text NOT NULL,
  table_no integer NOT NULL,
  range_no integer NOT NULL,
  batch_no integer NOT NULL,
  origin text NOT NULL,
  kind smallint NOT NULL,
  lower_key text,
  upper_key text,
  snapshot_no integer NOT NULL,
  bytes bigint NOT NULL,
  read_digest text NOT NULL,
  proved_digest text NOT NULL,
  target_digest text NOT NULL,
  quarantined_digest text NOT NULL,
  filtered_digest text NOT NULL,
  rest_digest text NOT NULL,
  process_id text NOT NULL,
  superseded boolean NOT NULL DEFAULT false,
  committed_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, table_no, range_no, batch_no),
  FOREIGN KEY (run_id, table_no) REFERENCES sluice.run_table
);
CREATE TABLE sluice.quarantine (
  quarantine_id bigint GENERATED ALWAYS AS IDENTITY PRIMARY KEY,
  run_id text NOT NULL,
  table_no integer NOT NULL,
  range_no integer NOT NULL,
  batch_no integer NOT NULL,
  source_key text NOT NULL,
  column_name text NOT NULL,
  reason text NOT NULL,
  raw_value bytea,
  message text NOT NULL,
  problems text NOT NULL,
  row_form bytea NOT NULL,
  irregular text NOT NULL,
  state text NOT NULL DEFAULT 'open',
  decision text,
  decided_by text,
  decided_reason text,
  decided_at timestamptz,
  FOREIGN KEY (run_id, table_no) REFERENCES sluice.run_table
);
CREATE INDEX ON sluice.quarantine (run_id, table_no, range_no, batch_no);
CREATE TABLE sluice.event (
  run_id text NOT NULL REFERENCES sluice.run,
  event_no bigint NOT NULL,
  at text NOT NULL,
  kind text NOT NULL,
  body text NOT NULL,
  previous_sha256 text NOT NULL,
  sha256 text NOT NULL,
  PRIMARY KEY (run_id, event_no)
);
CREATE TABLE sluice.verification (
  run_id text NOT NULL REFERENCES sluice.run,
  verification_no integer NOT NULL,
  mode text NOT NULL,
  outcome text NOT NULL,
  started_at timestamptz NOT NULL,
  ended_at timestamptz NOT NULL,
  last_event bigint NOT NULL,
  report text NOT NULL,
  PRIMARY KEY (run_id, verification_no)
);
CREATE TABLE sluice.check_result (
  run_id text NOT NULL,
  verification_no integer NOT NULL,
  name text NOT NULL,
  side text NOT NULL,
  group_key text NOT NULL,
  value text,
  at timestamptz NOT NULL DEFAULT clock_timestamp(),
  PRIMARY KEY (run_id, verification_no, name, side, group_key),
  FOREIGN KEY (run_id, verification_no) REFERENCES sluice.verification
);
)sql";

/// What version 2 has beyond version 1. A program that knows version 1 only would write without
/// asking the policy: it has to find another version.
constexpr std::string_view kSince2 = R"sql(CREATE TABLE sluice.policy (
  version bigint PRIMARY KEY,
  name text NOT NULL,
  sha256 text NOT NULL,
  text text NOT NULL,
  adopted_at timestamptz NOT NULL DEFAULT clock_timestamp(),
  adopted_by text NOT NULL,
  document_sha256 text NOT NULL
);
)sql";

/// What version 2 did not have at first: what people signed of a policy, by which everybody who
/// reads it finds out whether they did.
constexpr std::string_view kPolicyDocuments = R"sql(ALTER TABLE sluice.policy
  ADD COLUMN document text NOT NULL DEFAULT '',
  ADD COLUMN signatures text NOT NULL DEFAULT '[]';
)sql";
constexpr const char* kLacksDocuments =
    "SELECT NOT EXISTS (SELECT FROM pg_attribute WHERE attrelid = 'sluice.policy'::regclass AND "
    "attname = 'signatures' AND NOT attisdropped)";

/// Two first starts at the same moment must not both create the schema. The number is arbitrary and
/// only has to be our own.
constexpr const char* kSchemaLock = "SELECT pg_advisory_xact_lock(7311145903241772)";

/// 0 where the row is gone.
int schema_version(db::SqlSession& session) {
  const auto result = session.query("SELECT coalesce(max(schema_version), 0) FROM sluice.meta");
  return RowReader(result.rows.at(0)).small();
}

bool is_known(int version) noexcept { return version >= 1 && version <= kSchemaVersion; }

/// (tx) From version 1.
void upgrade(db::SqlSession& session) {
  session.query(kSince2);
  session.query("UPDATE sluice.meta SET schema_version = $1", {std::to_string(kSchemaVersion)});
}

}  // namespace

std::string schema_ddl() { return fmt::format("{}{}{}", kDdl, kSince2, kPolicyDocuments); }

SchemaState schema_state(db::SqlSession& session) {
  // Not to_regclass(): it answers from a cache of the session, which does not hear of a schema that
  // somebody made while this one waited for the lock.
  const auto present = session.query(
      "SELECT EXISTS (SELECT FROM pg_catalog.pg_class c JOIN pg_catalog.pg_namespace n ON "
      "n.oid = c.relnamespace WHERE n.nspname = 'sluice' AND c.relname = 'meta')");
  if (present.value() != "t") return SchemaState::absent;
  return is_known(schema_version(session)) ? SchemaState::usable : SchemaState::other_version;
}

void ensure_schema(db::SqlSession& session) {
  session.begin();
  session.query(kSchemaLock);
  const SchemaState state = schema_state(session);
  if (state == SchemaState::other_version) {
    throw model::Error(model::ErrorKind::drift,
                       "the ledger in the target (schema sluice) is of another version",
                       "use the sluice that made it, or name another target database");
  }
  if (state == SchemaState::absent) {
    session.query(schema_ddl());
    session.query("INSERT INTO sluice.meta VALUES ($1)", {std::to_string(kSchemaVersion)});
  } else if (schema_version(session) < kSchemaVersion) {
    upgrade(session);
  }
  if (session.query(kLacksDocuments).value() == "t") session.query(kPolicyDocuments);
  session.commit();
}

}  // namespace sluice::ledger
