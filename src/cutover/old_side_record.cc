// The old side in the ledger's chain of events.
#include <algorithm>
#include <string_view>

#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"
#include "sluice/cutover/old_side.h"
#include "sluice/ledger/ledger.h"
#include "sluice/os/host.h"

#include "cutover/record.h"

namespace sluice::cutover {
namespace {

using codec::JsonValue;

/// DO NOT CHANGE: the kind of retire's event in ledgers.
constexpr std::string_view kRetireBegun = "retire-begun";

std::optional<std::uint64_t> count_at(const JsonValue& json, std::string_view member) {
  const JsonValue* const value = json.find(member);
  if (value == nullptr || value->is_null()) return std::nullopt;
  return static_cast<std::uint64_t>(value->as_integer());
}

TableWrites writes_of(const JsonValue& json) {
  TableWrites writes;
  writes.table_no = static_cast<int>(json.at("table_no").as_integer());
  writes.table = json.at("table").as_string();
  writes.rows_before = static_cast<std::uint64_t>(json.at("rows_before").as_integer());
  writes.rows = static_cast<std::uint64_t>(json.at("rows").as_integer());
  writes.written = count_at(json, "written");
  writes.gone = count_at(json, "gone");
  writes.contents = json.at("contents").as_string();
  return writes;
}

void read_event(const ledger::Event& event, OldSide& old_side) {
  if (event.kind == kOldSideThawed) old_side.frozen = false;
  if (event.kind == kRetireBegun) old_side.retired = true;
  if (event.kind != kOldSideFrozen && event.kind != kOldSideWritten) return;
  const auto body = codec::parse_json_or_throw(event.body, "an event of the ledger");
  if (event.kind == kOldSideFrozen) {
    old_side.frozen = true;
    old_side.clean_position = body.root().at("clean_position").as_string();
    return;
  }
  old_side.written_event = event.number;
  old_side.written_at = event.at;
  old_side.written.clear();
  for (const JsonValue& table : body.root().at("tables").items()) {
    old_side.written.push_back(writes_of(table));
  }
}

}  // namespace

std::optional<OldSide> old_side_of(const std::vector<ledger::Event>& events) {
  // The triggers outlive a rollback, what was seen of writes does not: another cutover is of
  // another verification.
  std::optional<OldSide> old_side;
  bool is_frozen = false;
  for (const ledger::Event& event : events) {
    if (event.kind == kCutover) {
      old_side.emplace();
      old_side->frozen = is_frozen;
    } else if (event.kind == kRollback) {
      old_side.reset();
    } else if (old_side) {
      read_event(event, *old_side);
    }
    if (event.kind == kOldSideFrozen) is_frozen = true;
    if (event.kind == kOldSideThawed) is_frozen = false;
  }
  return old_side;
}

bool is_frozen(const std::vector<ledger::Event>& events) {
  bool frozen = false;
  for (const ledger::Event& event : events) {
    if (event.kind == kOldSideFrozen) frozen = true;
    if (event.kind == kOldSideThawed) frozen = false;
  }
  return frozen;
}

bool is_settled(const OldSide& old_side, const std::vector<ledger::Verification>& verifications) {
  return std::ranges::any_of(verifications, [&old_side](const ledger::Verification& verified) {
    return verified.mode == "full" && verified.last_event >= old_side.written_event &&
           (verified.outcome == "equal" || verified.outcome == "equal_except_quarantined");
  });
}

SourceState source_before(db::SqlSession& ledger, const ledger::Run& run, const plan::Plan& plan,
                          const Cut& cut) {
  SourceState before = cut.source;
  for (const ledger::Account& account : ledger::accounts(ledger, run.id, plan.digest)) {
    before.digests.insert_or_assign(account.table_no, account.read);
  }
  return before;
}

std::string frozen_body(const std::string& operator_name, const std::string& role,
                        const std::string& clean_position) {
  codec::JsonWriter json;
  const os::ProcessIdentity process = os::this_process();
  json.begin_object().member("clean_position", clean_position).member("host", process.host);
  json.member("operator", operator_name).member("os_user", process.user).member("role", role);
  json.end_object();
  return json.take();
}

std::string written_body(const std::string& operator_name, const OldSideLook& look) {
  codec::JsonWriter json;
  const os::ProcessIdentity process = os::this_process();
  json.begin_object().member("host", process.host).member("operator", operator_name);
  json.member("os_user", process.user).member("source_position", look.position);
  json.key("tables").begin_array();
  for (const TableWrites& table : look.written) {
    json.begin_object().member("contents", table.contents).member("gone", table.gone);
    json.member("rows", table.rows).member("rows_before", table.rows_before);
    json.member("table", table.table).member("table_no", table.table_no);
    json.member("written", table.written).end_object();
  }
  json.end_array().end_object();
  return json.take();
}

}  // namespace sluice::cutover
