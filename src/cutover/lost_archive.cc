#include "sluice/cutover/lost_archive.h"

#include <algorithm>
#include <chrono>
#include <filesystem>
#include <set>
#include <utility>

#include <fmt/format.h>

#include "sluice/archive/reader.h"
#include "sluice/archive/writer.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/codec/pg_types.h"
#include "sluice/codec/sha256.h"
#include "sluice/codec/utc_time.h"
#include "sluice/db/catalog.h"
#include "sluice/db/source.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/error.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/file.h"
#include "sluice/os/host.h"

#include "cutover/record.h"

namespace sluice::cutover {
namespace {

/// As large as a batch of the copy: what is held in memory at once.
constexpr std::size_t kBatchBytes = std::size_t{8} << 20;
/// An index of some hundred tables.
constexpr std::size_t kMaxIndexBytes = std::size_t{64} << 20;

archive::Head head_of(const Request& request, const model::ServerIdentity& server,
                      std::int64_t newest_oid) {
  archive::Head head;
  head.id = fmt::format("rollback-{}-{}", request.run.id, newest_oid);
  head.run_id = request.run.id;
  head.engine = server.engine;
  head.source_identity = server.identity;
  head.source_database = server.database;
  head.created_at = codec::utc_time_text(
      std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now()));
  return head;
}

/// The plan's key, as far as the table has its columns.
std::vector<std::size_t> key_of(const plan::TablePlan& planned, const model::Table& table) {
  std::vector<std::size_t> key;
  for (const std::size_t field : planned.target_key) {
    const std::string& name = planned.write.at(field).name;
    const auto column = std::ranges::find(table.columns, name, &model::Column::name);
    if (column == table.columns.end()) return {};
    key.push_back(static_cast<std::size_t>(column - table.columns.begin()));
  }
  return key;
}

const plan::TablePlan* planned_of(const plan::Plan& plan, const Written& lost) {
  for (const plan::TablePlan& table : plan.tables) {
    if (table.target.text() == lost.table) return &table;
  }
  return nullptr;
}

/// One table on its way into the archive.
struct Forms {
  db::TableRead read;
  archive::TableHead head;
};

/// `named`: the names of the archive so far. A table that was rolled back twice goes in by its live
/// name once.
Forms forms_of(const plan::Plan& plan, const Written& lost, const model::Table& table,
               std::set<model::QualifiedName>& named) {
  Forms forms;
  forms.read.table = lost.kept_in;
  const plan::TablePlan* const planned = planned_of(plan, lost);
  forms.head.source = planned == nullptr ? lost.kept_in : planned->target;
  if (!named.insert(forms.head.source).second) forms.head.source = lost.kept_in;
  for (const model::Column& column : table.columns) {
    const codec::Carrier carrier = codec::carrier_for_pg_column(column.type).carrier;
    forms.read.columns.push_back({column.name, column.type, carrier});
    forms.head.columns.push_back({column.name, carrier, column.type.sql});
  }
  if (planned != nullptr) forms.head.key = key_of(*planned, table);
  return forms;
}

/// The catalogue's entries of those tables, after a look at whether they are the ones on record.
std::vector<model::Table> found_tables(db::SqlSession& session, const std::vector<Written>& lost) {
  std::set<std::string> schemas;
  for (const Written& table : lost) schemas.insert(table.kept_in.schema);
  const model::Catalog catalog = db::read_catalog(session, {schemas.begin(), schemas.end()});
  std::vector<model::Table> tables;
  for (const Written& table : lost) {
    const model::Table* const found = catalog.find(table.kept_in);
    const std::string oid = session
                                .query("SELECT coalesce(to_regclass($1)::oid::bigint, 0)::text",
                                       {model::pg::quoted(table.kept_in)})
                                .value();
    if (found != nullptr && oid == std::to_string(table.kept_oid)) {
      tables.push_back(*found);
      continue;
    }
    throw model::Error(model::ErrorKind::drift,
                       fmt::format("{} is not there as the rollback made it", table.kept_in.text()),
                       "find out who renamed, dropped or made it anew; put it back");
  }
  return tables;
}

std::uint64_t write_rows(archive::Writer& writer, db::SourceSession& session, const Forms& forms) {
  model::KeyRange whole;
  whole.kind = model::RangeKind::whole;
  const auto stream = session.read(forms.read, whole);
  db::SourceBatch batch;
  std::uint64_t rows = 0;
  while (stream->read(batch, kBatchBytes)) {
    if (!batch.irregular.empty()) {
      throw model::Error(
          model::ErrorKind::data,
          fmt::format("{} holds text that is none in its encoding", forms.read.table.text()),
          "the rows are in that table; save them with pg_dump");
    }
    rows += writer.append(forms.head, batch.rows).rows;
    if (!batch.next) break;
  }
  return rows;
}

void require_whole(const std::string& directory) {
  for (const archive::Damage& damage : archive::check(directory)) {
    throw model::Error(model::ErrorKind::storage,
                       fmt::format("the archive does not read as it was written: {} at byte {}: {}",
                                   damage.file, damage.offset, damage.what),
                       "the rows are still in their tables: archive them in another folder");
  }
}

std::string body_of(const LostArchive& done, const std::string& operator_name) {
  codec::JsonWriter json;
  json.begin_object().member("directory", done.directory);
  json.member("host", os::this_process().host).member("index_sha256", done.index_sha256);
  json.member("operator", operator_name).member("os_user", os::this_process().user);
  json.member("rows", done.rows).key("tables").begin_array();
  for (const Written& table : done.tables) {
    json.begin_object().member("kept_in", table.kept_in.text()).member("kept_oid", table.kept_oid);
    json.member("rows", table.written).member("table", table.table).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

std::set<std::int64_t> archived_oids(const std::vector<ledger::Event>& events) {
  std::set<std::int64_t> oids;
  for (const ledger::Event& event : events) {
    if (event.kind != kLostArchived) continue;
    const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
    for (const codec::JsonValue& table : body.root().at("tables").items()) {
      oids.insert(table.at("kept_oid").as_integer());
    }
  }
  return oids;
}

}  // namespace

std::vector<Written> not_archived(const std::vector<ledger::Event>& events) {
  std::vector<Written> left = rows_put_aside(events);
  const std::set<std::int64_t> archived = archived_oids(events);
  std::erase_if(left, [&archived](const Written& table) {
    return table.kept_oid == 0 || archived.contains(table.kept_oid);
  });
  return left;
}

LostArchive archive_lost(db::SqlSession& session, const model::Endpoint& target,
                         const Request& request, std::vector<Written> tables,
                         const std::string& directory) {
  if (std::error_code ignored; std::filesystem::exists(directory + "/archive.json", ignored)) {
    throw model::Error(model::ErrorKind::usage, directory + " holds an archive already",
                       "name another folder");
  }
  const std::vector<model::Table> found = found_tables(session, tables);
  std::vector<model::QualifiedName> names;
  names.reserve(tables.size());
  for (const Written& table : tables) names.push_back(table.kept_in);
  const db::SnapshotSessions snapshot = db::open_snapshot(target, 1, names);
  auto writer = archive::Writer::open(
      directory, head_of(request, db::read_identity(session), tables.back().kept_oid));
  LostArchive done{std::filesystem::absolute(directory).string(), "", {}, 0};
  std::set<model::QualifiedName> named;
  for (std::size_t i = 0; i < tables.size(); ++i) {
    Forms forms = forms_of(request.plan, tables[i], found[i], named);
    forms.head.number = static_cast<int>(i + 1);
    done.rows += write_rows(writer, *snapshot.sessions.front(), forms);
  }
  writer.finish();
  require_whole(directory);
  done.tables = std::move(tables);
  done.index_sha256 = codec::sha256_hex(os::read_file(directory + "/archive.json", kMaxIndexBytes));
  ledger::append_event(session, request.run.id, kLostArchived,
                       body_of(done, request.operator_name));
  return done;
}

}  // namespace sluice::cutover
