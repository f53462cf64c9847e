#include <algorithm>

#include "sluice/codec/json_write.h"
#include "sluice/codec/utf8.h"

#include "mapping/engine.h"

/// What rows lose, and what the mapper leaves of it for <table>__rest.
namespace sluice::mapping {

using codec::Problem;

void Mapper::Engine::mark_lost(const Cell& cell, std::size_t field) {
  if (!cell.lossy || fields_.value(field).null) return;
  lost_cells_[static_cast<std::size_t>(&cell - program_.cells.data())] = 1;
  if (cell.keep_rest) lost_[program_.first_field[field]] = 1;
}

void Mapper::Engine::mark_unread(const Cell& cell, const CompiledCase& chosen) {
  for (const std::size_t field : chosen.unread) mark_lost(cell, field);
}

/// Puts the text of a field's value into `out`; false, with a problem reported, where it is none
/// that a text column can hold.
bool Mapper::Engine::add_rest_text(std::size_t field, const FieldValue& value, std::string& out) {
  const std::string_view text = text_of(value, program_.fields[field].carrier, scratch_.text);
  const Problem problem = codec::check_text(text);
  if (problem != Problem::none) {
    report(nullptr, field, problem, text);
    return false;
  }
  out.assign(text);
  return true;
}

/// Fills rest_fields_, rest_texts_ and rest_key_ before anything is written, because every text may
/// still be a problem.
bool Mapper::Engine::collect_rest() {
  rest_fields_.clear();
  for (const std::size_t field : program_.rest_drops) {
    if (!fields_.value(field).null) lost_[program_.first_field[field]] = 1;
  }
  for (std::size_t i = 0; i < lost_.size(); ++i) {
    if (lost_[i] != 0) rest_fields_.push_back(i);
  }
  if (rest_fields_.empty()) return true;
  rest_texts_.resize(std::max(rest_texts_.size(), rest_fields_.size()));
  for (std::size_t i = 0; i < rest_fields_.size(); ++i) {
    const std::size_t field = rest_fields_[i];
    const FieldValue value =
        fields_.value(field).lost ? fields_.as_read(field) : fields_.value(field);
    if (is_unsettled(value.problem)) {
      report(nullptr, field, value.problem, value.bytes);
      return false;
    }
    if (!add_rest_text(field, value, rest_texts_[i])) return false;
  }
  rest_key_ = "[";
  for (const std::size_t field : program_.key) {
    // As everywhere, a row is named by its key as the source has it.
    if (!add_rest_text(field, fields_.as_read(field), joined_)) return false;
    if (rest_key_.size() > 1) rest_key_ += ',';
    codec::append_json_string(joined_, rest_key_);
  }
  rest_key_ += ']';
  return true;
}

void Mapper::Engine::write_rest(codec::RowBuffer& rest) {
  for (std::size_t i = 0; i < rest_fields_.size(); ++i) {
    rest.begin_row(static_cast<std::int16_t>(std::size(kRestColumns)));
    rest.put_bytes(rest_key_);
    rest.put_bytes(program_.fields[rest_fields_[i]].name);
    rest.put_bytes(rest_texts_[i]);
    rest.end_row();
  }
}

}  // namespace sluice::mapping
