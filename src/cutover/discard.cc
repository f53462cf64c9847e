#include "sluice/cutover/discard.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/json_write.h"
#include "sluice/cutover/loss.h"
#include "sluice/cutover/lost_archive.h"
#include "sluice/ledger/ledger.h"
#include "sluice/model/pg_quoted.h"
#include "sluice/os/host.h"
#include "sluice/os/kill_point.h"

#include "cutover/mark.h"
#include "cutover/record.h"
#include "cutover/transaction.h"

namespace sluice::cutover {
namespace {

using model::pg::quoted;

/// Fills in what the server knows; false where the table is not there, or is another one.
bool look_up(db::SqlSession& session, Leftover& leftover) {
  const auto found = session.query(
      "SELECT c.oid::bigint, pg_total_relation_size(c.oid) FROM pg_class c "
      "WHERE c.oid = to_regclass($1)",
      {quoted(leftover.name)});
  if (found.rows.empty()) return false;
  const std::int64_t oid = std::stoll(found.rows.at(0).at(0).value());
  if (leftover.oid != 0 && leftover.oid != oid) return false;
  leftover.oid = oid;
  leftover.bytes = std::stoull(found.rows.at(0).at(1).value());
  leftover.rows =
      std::stoull(session.query("SELECT count(*) FROM ONLY " + quoted(leftover.name)).value());
  return true;
}

bool bears_mark(db::SqlSession& session, const model::QualifiedName& name,
                const std::string& run_id) {
  const auto comment =
      session.query("SELECT obj_description(to_regclass($1), 'pg_class')", {quoted(name)});
  return comment.rows.at(0).at(0) == mark_of(run_id);
}

/// By name alone; what is there is looked up afterwards.
std::vector<Leftover> on_record(db::SqlSession& session, const plan::Plan& plan,
                                const ledger::Run& run) {
  std::vector<Leftover> all;
  const auto events = ledger::events(session, run.id);
  if (const auto cut = standing_cut(events)) {
    for (const CutTable& table : cut->tables) {
      if (table.names.is_new) continue;
      all.push_back({Leftover::What::kept, table.names.kept, table.kept_oid});
    }
  } else {
    for (const plan::TablePlan& table : plan.tables) {
      for (const auto& name : {std::optional(table.side), table.rest}) {
        if (!name || *name == table.target || !bears_mark(session, *name, run.id)) continue;
        all.push_back({Leftover::What::side, *name});
      }
    }
  }
  for (const Written& lost : rows_put_aside(events)) {
    if (lost.kept_oid != 0) all.push_back({Leftover::What::lost, lost.kept_in, lost.kept_oid});
  }
  return all;
}

std::string body_of(const approve::Approved<Drop>& drop, const std::string& attempt,
                    const std::string& evidence, const std::vector<Leftover>& dropped) {
  codec::JsonWriter json;
  const os::ProcessIdentity process = os::this_process();
  json.begin_object().member("approval", drop.rule()).member("attempt", attempt);
  json.member("give_up_way_back", drop->give_up_way_back).member("host", process.host);
  json.member("operator", drop->operator_name).member("os_user", process.user);
  write_signed(json, evidence);
  json.key("tables").begin_array();
  for (const Leftover& table : dropped) {
    json.begin_object().member("bytes", table.bytes).member("name", quoted(table.name));
    json.member("oid", table.oid).member("rows", table.rows);
    json.member("what", to_string(table.what)).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

model::Finding only_way_back(const ledger::Run& run) {
  return {model::Severity::error, "only-way-back", "run " + run.id,
          "is cut over, and the old tables are the only way back",
          "keep them until nobody needs a way back; then: --give-up-way-back"};
}

model::Finding only_copy(const Leftover& table) {
  return {model::Severity::error, "only-copy", table.name.text(),
          "may hold the only copy of rows that were retired from the source",
          "sluice restore puts them back; what is then copied and verified anew stands for them"};
}

/// What applications wrote between a cutover and its rollback is nowhere else.
model::Finding in_no_archive(const Written& lost) {
  return {model::Severity::error, "not-archived", lost.kept_in.text(),
          "holds rows that a rollback took from applications, and no archive has them",
          "sluice rollback --archive DIR writes them into one"};
}

bool has_oid(const std::vector<Leftover>& tables, std::int64_t oid) {
  return std::ranges::find(tables, oid, &Leftover::oid) != tables.end();
}

bool is_same(const Leftover& one, const Leftover& other) {
  return one.what == other.what && one.name == other.name && one.oid == other.oid &&
         one.rows == other.rows;
}

bool has(const std::vector<Leftover>& tables, const Leftover& table) {
  return std::ranges::any_of(tables, [&](const Leftover& one) { return is_same(one, table); });
}

/// Every table that is in one list only, or has other rows in the other.
std::vector<model::Finding> other_tables(const std::vector<Leftover>& agreed,
                                         const std::vector<Leftover>& now) {
  std::vector<model::Finding> findings;
  const auto add = [&findings](const Leftover& table, const std::string& what) {
    findings.push_back({model::Severity::error, kOtherThanSigned, table.name.text(), what,
                        "write anew what people sign: --propose"});
  };
  for (const Leftover& table : agreed) {
    if (!has(now, table)) {
      add(table, fmt::format("is not there as it was agreed to, with oid {} and {} rows", table.oid,
                             table.rows));
    }
  }
  for (const Leftover& table : now) {
    if (!has(agreed, table)) {
      add(table, fmt::format("was not agreed to with oid {} and {} rows", table.oid, table.rows));
    }
  }
  return findings;
}

/// (tx) From here on nobody writes to them: what was counted is what goes.
void lock(db::SqlSession& session, const std::vector<Leftover>& tables) {
  std::string list;
  for (const Leftover& table : tables) list += (list.empty() ? "" : ", ") + quoted(table.name);
  if (!list.empty()) session.query("LOCK TABLE " + list + " IN ACCESS EXCLUSIVE MODE");
}

/// (tx) What stands against it, apart from other sessions.
std::vector<model::Finding> refusals(db::SqlSession& session, const Drop& drop,
                                     const std::vector<Leftover>& tables) {
  auto findings = discard_findings(session, drop.run, tables, drop.give_up_way_back);
  if (auto stopped = stop_finding(session, drop.run.id)) findings.push_back(*std::move(stopped));
  if (!drop.tables) return findings;
  for (model::Finding& finding : other_tables(*drop.tables, tables)) {
    findings.push_back(std::move(finding));
  }
  return findings;
}

}  // namespace

std::string_view to_string(Leftover::What what) noexcept {
  switch (what) {
    case Leftover::What::kept:
      return "kept";
    case Leftover::What::side:
      return "side";
    case Leftover::What::lost:
      return "lost";
  }
  return "unknown";
}

std::vector<Leftover> leftovers(db::SqlSession& session, const plan::Plan& plan,
                                const ledger::Run& run) {
  std::vector<Leftover> all = on_record(session, plan, run);
  std::erase_if(all, [&session](Leftover& leftover) { return !look_up(session, leftover); });
  return all;
}

std::vector<std::string> drop_sql(const std::vector<Leftover>& leftovers) {
  // In one statement, because they may refer to each other.
  std::string list;
  for (const Leftover& table : leftovers) list += (list.empty() ? "" : ", ") + quoted(table.name);
  if (list.empty()) return {};
  return {"DROP TABLE " + list};
}

std::vector<model::Finding> discard_findings(db::SqlSession& session, const ledger::Run& run,
                                             const std::vector<Leftover>& tables,
                                             bool give_up_way_back) {
  std::vector<model::Finding> findings;
  const auto is_kept = [](const Leftover& table) { return table.what == Leftover::What::kept; };
  if (!give_up_way_back && std::ranges::any_of(tables, is_kept)) {
    findings.push_back(only_way_back(run));
  }
  const auto events = ledger::events(session, run.id);
  for (const Written& lost : not_archived(events)) {
    if (has_oid(tables, lost.kept_oid)) findings.push_back(in_no_archive(lost));
  }
  if (retired_since(events, 0).begun == 0) return findings;
  for (const Leftover& table : tables) {
    if (table.what == Leftover::What::side) findings.push_back(only_copy(table));
  }
  return findings;
}

Result discard(const approve::Approved<Drop>& drop, db::SqlSession& session,
               const OpenSession& reopen, const std::string& evidence,
               std::vector<Leftover>& dropped) {
  const ledger::RunHold hold(session, drop->run.id);
  if (!hold.is_taken()) return held_by_others(session, drop->run.id);
  Result result;
  session.begin();
  session.query("SET LOCAL synchronous_commit = on");
  lock(session, leftovers(session, drop->plan, drop->run));
  dropped = leftovers(session, drop->plan, drop->run);
  result.findings = refusals(session, *drop, dropped);
  if (!result.findings.empty()) {
    session.rollback();
    result.kind = Result::Kind::refused;
    return result;
  }
  for (const std::string& sql : drop_sql(dropped)) session.query(sql);
  SLUICE_KILL_POINT("discard_dropped");
  if (dropped.empty()) {
    session.rollback();
    return result;
  }
  const std::string attempt = os::random_hex(16);
  ledger::append_event_within(session, drop->run.id, kDiscarded,
                              body_of(drop, attempt, evidence, dropped));
  static_cast<void>(commit(session, reopen, drop->run.id, attempt));
  return result;
}

}  // namespace sluice::cutover
