#pragma once

#include "sluice/codec/json_write.h"
#include "sluice/ledger/records.h"

namespace sluice::cli {

/// Writes the members of an account, within an object that the caller has begun: the source's rows,
/// where they are, and whether that adds up.
void put_account(codec::JsonWriter& json, const ledger::Account& account);

}  // namespace sluice::cli
