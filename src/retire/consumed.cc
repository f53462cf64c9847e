#include "retire/consumed.h"

#include <utility>
#include <vector>

#include <fmt/format.h>

#include "sluice/codec/mysql_types.h"
#include "sluice/model/error.h"

namespace sluice::retire {
namespace {

constexpr const char* kPostgresql =
    "CREATE SCHEMA IF NOT EXISTS sluice;\n"
    "CREATE TABLE IF NOT EXISTS sluice.consumed (\n"
    "  manifest_sha256 text NOT NULL,\n"
    "  table_no integer NOT NULL,\n"
    "  batch_id text NOT NULL,\n"
    "  document_sha256 text NOT NULL,\n"
    "  first_key text NOT NULL,\n"
    "  last_key text NOT NULL,\n"
    "  row_count bigint NOT NULL,\n"
    "  digest text NOT NULL,\n"
    "  archive_file text NOT NULL,\n"
    "  archive_offset bigint NOT NULL,\n"
    "  archive_sha256 text NOT NULL,\n"
    "  target_changed bigint NOT NULL,\n"
    "  consumed_at timestamptz NOT NULL DEFAULT clock_timestamp(),\n"
    "  PRIMARY KEY (manifest_sha256, table_no, batch_id)\n"
    ");\n";

// Keys may be longer than any index: they are not part of one.
constexpr const char* kMysql =
    "CREATE DATABASE IF NOT EXISTS sluice;\n"
    "CREATE TABLE IF NOT EXISTS sluice.consumed (\n"
    "  manifest_sha256 char(64) CHARACTER SET ascii NOT NULL,\n"
    "  table_no int NOT NULL,\n"
    "  batch_id char(32) CHARACTER SET ascii NOT NULL,\n"
    "  document_sha256 char(64) CHARACTER SET ascii NOT NULL,\n"
    "  first_key longtext NOT NULL,\n"
    "  last_key longtext NOT NULL,\n"
    "  row_count bigint unsigned NOT NULL,\n"
    "  digest varchar(100) NOT NULL,\n"
    "  archive_file varchar(255) NOT NULL,\n"
    "  archive_offset bigint unsigned NOT NULL,\n"
    "  archive_sha256 char(64) CHARACTER SET ascii NOT NULL,\n"
    "  target_changed bigint unsigned NOT NULL,\n"
    "  consumed_at timestamp(6) NOT NULL DEFAULT current_timestamp(6),\n"
    "  PRIMARY KEY (manifest_sha256, table_no, batch_id)\n"
    ") ENGINE=InnoDB CHARACTER SET utf8mb4;\n";

/// Of the row that says that nothing is left.
constexpr int kNoTable = 0;
constexpr const char* kFinished = "finished";

/// $1, $2 on PostgreSQL, ? on the MySQL family.
std::string place(model::Engine engine, std::size_t number) {
  return model::is_mysql_family(engine) ? "?" : fmt::format("${}", number);
}

}  // namespace

std::string consumed_ddl(model::Engine engine) {
  return model::is_mysql_family(engine) ? kMysql : kPostgresql;
}

std::string consumed_table(model::Engine) { return "sluice.consumed"; }

bool has_consumed_table(db::SqlSession& session) {
  const auto found = session.query(
      "SELECT count(*) FROM information_schema.tables WHERE table_schema = 'sluice' AND table_name "
      "= 'consumed'");
  return found.value() != "0";
}

bool is_kept(db::SqlSession& session) {
  if (!model::is_mysql_family(session.engine())) {
    return session
               .query(
                   "SELECT relkind = 'r' AND relpersistence = 'p' FROM pg_class WHERE oid = "
                   "'sluice.consumed'::regclass")
               .value() == "t";
  }
  const auto engine = session.query(
      "SELECT COALESCE(ENGINE, '') FROM information_schema.TABLES WHERE TABLE_SCHEMA = 'sluice' "
      "AND TABLE_NAME = 'consumed'");
  return codec::mysql_engine_has_snapshots(engine.value());
}

void Consumed::insert(const ConsumedBatch& batch) {
  std::string places;
  constexpr std::size_t kColumns = 12;
  for (std::size_t i = 1; i <= kColumns; ++i) {
    places += (i == 1 ? "" : ", ") + place(session_.engine(), i);
  }
  session_.query(
      "INSERT INTO sluice.consumed (manifest_sha256, table_no, batch_id, document_sha256, "
      "first_key, last_key, row_count, digest, archive_file, archive_offset, archive_sha256, "
      "target_changed) VALUES (" +
          places + ")",
      {manifest_, std::to_string(batch.table_no), batch.id, batch.document_sha256, batch.first_key,
       batch.last_key, std::to_string(batch.stored.rows), batch.stored.digest.to_text(),
       batch.stored.file, std::to_string(batch.stored.offset), batch.stored.sha256,
       std::to_string(batch.target_changed)});
}

bool Consumed::exists(const std::string& where, std::vector<db::Parameter> parameters) {
  parameters.insert(parameters.begin(), manifest_);
  const auto found = session_.query(
      fmt::format("SELECT count(*) FROM sluice.consumed WHERE manifest_sha256 = {} AND {}",
                  place(session_.engine(), 1), where),
      parameters);
  return found.value() != "0";
}

bool Consumed::holds(int table_no, const std::string& id) {
  const model::Engine engine = session_.engine();
  return exists(fmt::format("table_no = {} AND batch_id = {}", place(engine, 2), place(engine, 3)),
                {std::to_string(table_no), id});
}

bool Consumed::holds(int table_no, const archive::Stored& stored) {
  const model::Engine engine = session_.engine();
  return exists(
      fmt::format(
          "table_no = {} AND archive_file = {} AND archive_offset = {} AND archive_sha256 = {}",
          place(engine, 2), place(engine, 3), place(engine, 4), place(engine, 5)),
      {std::to_string(table_no), stored.file, std::to_string(stored.offset), stored.sha256});
}

ConsumedSum Consumed::sum(int table_no, const std::string& document_sha256) {
  const model::Engine engine = session_.engine();
  const auto found = session_.query(
      fmt::format("SELECT coalesce(sum(row_count), 0), coalesce(sum(CASE WHEN document_sha256 = {} "
                  "THEN row_count END), 0), coalesce(sum(target_changed), 0) FROM sluice.consumed "
                  "WHERE manifest_sha256 = {} AND table_no = {}",
                  place(engine, 1), place(engine, 2), place(engine, 3)),
      {document_sha256, manifest_, std::to_string(table_no)});
  const auto& row = found.rows.at(0);
  return {std::stoull(row.at(0).value()), std::stoull(row.at(1).value()),
          std::stoull(row.at(2).value())};
}

std::vector<ConsumedPlace> Consumed::places() {
  const model::Engine engine = session_.engine();
  const auto found = session_.query(
      fmt::format("SELECT table_no, archive_file, archive_offset, archive_sha256 FROM "
                  "sluice.consumed WHERE manifest_sha256 = {} AND table_no <> {}",
                  place(engine, 1), kNoTable),
      {manifest_});
  std::vector<ConsumedPlace> places;
  for (const auto& row : found.rows) {
    places.push_back({std::stoi(row.at(0).value()), row.at(1).value(),
                      std::stoull(row.at(2).value()), row.at(3).value()});
  }
  return places;
}

void Consumed::finish() {
  ConsumedBatch last;
  last.table_no = kNoTable;
  last.id = kFinished;
  session_.begin();
  insert(last);
  session_.commit();
}

bool Consumed::is_finished() { return holds(kNoTable, kFinished); }

}  // namespace sluice::retire
