#include "cli/copy_json.h"

#include "sluice/codec/json_write.h"

#include "cli/account_json.h"

namespace sluice::cli {
namespace {

void put_table(codec::JsonWriter& json, const plan::TablePlan& table,
               const ledger::Account& account) {
  json.begin_object();
  json.member("source", table.source.text());
  json.member("target", table.target.text());
  json.member("side", table.side.text());
  put_account(json, account);
  json.member("kept", account.existing.count());
  json.member("bytes", account.bytes);
  json.member("batches", account.batches);
  json.end_object();
}

void put_left_out(codec::JsonWriter& json, const plan::Plan& plan,
                  const std::vector<ledger::LeftOutIndex>& left_out) {
  if (left_out.empty()) return;
  json.key("left_out").begin_array();
  for (const ledger::LeftOutIndex& index : left_out) {
    json.begin_object().member("index", index.name).member("reason", index.reason);
    json.member("table", plan.tables[static_cast<std::size_t>(index.table_no - 1)].target.text());
    json.end_object();
  }
  json.end_array();
}

}  // namespace

std::string copy_json(const plan::Plan& plan, const ledger::Run& run, const CopyEnd& end) {
  codec::JsonWriter json(codec::JsonWriter::Style::pretty);
  json.begin_object();
  json.member("schema", "sluice.copy/1");
  json.member("run", run.id);
  json.member("plan_sha256", run.plan_sha256);
  json.member("outcome", end.outcome);
  json.member("reason", end.reason);
  json.member("finished", end.outcome == "finished" || end.outcome == "finished_before");
  if (!end.weaker_snapshot.empty()) json.member("weaker_snapshot", end.weaker_snapshot);
  json.key("unjoined").begin_array();
  for (const std::string& why : end.unjoined) json.value(why);
  json.end_array();
  json.key("tables").begin_array();
  for (const ledger::Account& account : end.accounts) {
    put_table(json, plan.tables[static_cast<std::size_t>(account.table_no - 1)], account);
  }
  json.end_array();
  put_left_out(json, plan, end.left_out);
  json.end_object();
  return json.take();
}

}  // namespace sluice::cli
