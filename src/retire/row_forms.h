#pragma once

#include <cstddef>
#include <cstdint>
#include <span>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/archive/archive.h"
#include "sluice/codec/irregular.h"
#include "sluice/codec/row_form.h"
#include "sluice/db/source.h"
#include "sluice/model/key.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

/// The forms of one source row: as the plan reads it, which the proof knows, and whole, as the
/// archive keeps it. Both are read at once.
namespace sluice::retire {

struct RowForms {
  db::TableRead read;           // the plan's fields, and behind them what only the archive needs
  std::size_t plan_fields = 0;  // the first of `read`
  archive::TableHead archived;  // every column of the table
  std::vector<std::size_t> archive_fields;  // of each archived column: its field in `read`
};

/// Throws Error{drift} where the table as it is now lacks what the plan reads.
[[nodiscard]] RowForms row_forms(const plan::TablePlan& plan, const model::Table& table,
                                 model::Engine engine);

/// The table's rows as the archive keeps them.
[[nodiscard]] db::TableRead archived_read(const RowForms& forms);

/// The live target's rows as the plan writes them.
[[nodiscard]] db::TableRead target_read(const plan::TablePlan& plan);

/// The row's first fields as a row of their own; in `scratch`, where it is not the row itself.
[[nodiscard]] std::string_view plan_row(const RowForms& forms, std::string_view row,
                                        std::string& scratch);
/// Appends the whole row.
void append_whole_row(const RowForms& forms, std::string_view row,
                      std::vector<codec::Field>& scratch, codec::RowBuffer& out);

/// The texts of a row's key; raw where the field is irregular. Throws Error{data} where a field is
/// NULL or cannot be printed.
[[nodiscard]] model::Key key_of(const db::TableRead& read, std::string_view row,
                                std::span<const codec::Irregular> irregular);
/// JSON array of the texts.
[[nodiscard]] std::string key_json(const model::Key& key);

/// Why the row cannot be archived exactly: bytes that are no text of the column's character set.
/// Empty: it can.
[[nodiscard]] std::string unarchivable(const RowForms& forms,
                                       std::span<const codec::Irregular> irregular);

}  // namespace sluice::retire
