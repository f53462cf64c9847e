#pragma once

#include "sluice/archive/archive.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/json_write.h"

/// Heads as JSON. Readers throw Error{data} where a member is missing or is of another kind.
namespace sluice::archive {

/// Writes the members of an object that is open.
void write_head(codec::JsonWriter& json, const Head& head);
[[nodiscard]] Head read_head(const codec::JsonValue& json);

void write_table(codec::JsonWriter& json, const TableHead& table);
[[nodiscard]] TableHead read_table(const codec::JsonValue& json);

/// A count, size or offset. Throws Error{data} where it is negative or no integer.
[[nodiscard]] std::uint64_t read_number(const codec::JsonValue& json, std::string_view name);
[[nodiscard]] codec::RowSetDigest read_digest(const codec::JsonValue& json, std::string_view name);

}  // namespace sluice::archive
