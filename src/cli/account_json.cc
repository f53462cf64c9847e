#include "cli/account_json.h"

namespace sluice::cli {

void put_account(codec::JsonWriter& json, const ledger::Account& account) {
  json.member("rows_read", account.read.count());
  json.member("arrived", account.arrived());
  json.member("decided", account.decided);
  json.member("quarantined", account.open);
  json.member("left_behind", account.left_behind);
  json.member("kept_quarantined", account.kept_open);
  json.member("kept_left_behind", account.kept_left_behind);
  json.member("filtered", account.filtered.count());
  json.member("closes", account.closes());
}

}  // namespace sluice::cli
