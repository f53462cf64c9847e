#include "mapping/engine.h"

#include <algorithm>

#include <fmt/format.h>

#include "sluice/codec/convert.h"
#include "sluice/codec/utf8.h"
#include "sluice/model/error.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

Mapper::Engine::Engine(Program program)
    : program_(std::move(program)),
      fields_(program_.fields.size()),
      lost_(program_.fields.size(), 0) {
  plan_ops();
  if (std::ranges::any_of(program_.cells, &Cell::lossy)) {
    lost_cells_.resize(program_.cells.size(), 0);
  }
}

/// Neighbors that are copied as they stand become one copy.
void Mapper::Engine::plan_ops() {
  for (std::size_t i = 0; i < program_.cells.size(); ++i) {
    const std::optional<std::size_t> field = program_.cells[i].verbatim;
    if (!field) {
      ops_.push_back({false, i, i + 1});
    } else if (!ops_.empty() && ops_.back().copies && ops_.back().end == *field) {
      ops_.back().end = *field + 1;
    } else {
      ops_.push_back({true, *field, *field + 1});
    }
  }
}

Outcome Mapper::Engine::map(std::string_view source_row,
                            std::span<const codec::Irregular> irregular, const Overrides* overrides,
                            codec::RowBuffer& target, codec::RowBuffer& rest) {
  problems_.clear();
  fields_.split(source_row);
  for (const codec::Irregular& field : irregular)
    fields_.value(field.column).problem = field.problem;
  const bool regular = (!program_.latin1 || program_.latin1->settle(fields_)) && irregular.empty();
  if (overrides != nullptr) require_known(*overrides);
  if (const auto outcome = apply_filter(overrides != nullptr)) return *outcome;

  row_.begin(program_.cells.size());
  if (program_.has_rest) std::ranges::fill(lost_, 0);
  std::ranges::fill(lost_cells_, 0);
  if (regular && overrides == nullptr) {
    for (const Op& op : ops_) {
      if (op.copies) {
        row_.put_encoded(fields_.encoded(op.first, op.end));
      } else {
        make_cell(program_.cells[op.first]);
      }
    }
  } else {
    for (const Cell& cell : program_.cells) {
      const auto decided =
          overrides == nullptr ? Overrides::const_iterator() : overrides->find(cell.target.name);
      if (overrides != nullptr && decided != overrides->end()) {
        make_decided(cell, decided->second);
      } else {
        make_cell(cell);
      }
    }
  }
  if (!problems_.empty()) return Outcome::quarantined;
  if (program_.has_rest && !collect_rest()) return Outcome::quarantined;
  target.append_row(row_.row());
  if (program_.has_rest) write_rest(rest);
  return Outcome::mapped;
}

void Mapper::Engine::require_known(const Overrides& overrides) const {
  for (const auto& decision : overrides) {
    const auto known = [&](const Cell& cell) { return cell.target.name == decision.first; };
    if (std::ranges::any_of(program_.cells, known)) continue;
    throw model::Error(
        model::ErrorKind::config,
        fmt::format("a decision names column \"{}\", which is not written", decision.first),
        "name a column of the target table");
  }
}

/// The outcome where the filter settles it. A row that people have decided about is not held up by
/// a filter that cannot be read.
std::optional<Outcome> Mapper::Engine::apply_filter(bool decided) {
  if (!program_.filter) return std::nullopt;
  const Truth keep = program_.filter->evaluate(fields_.values(), scratch_.text);
  if (keep == Truth::yes || (keep == Truth::undecidable && decided)) return std::nullopt;
  if (keep != Truth::undecidable) return Outcome::filtered;
  for (std::size_t i = 0; i < program_.fields.size(); ++i) report_unreadable(nullptr, i);
  return Outcome::quarantined;
}

/// Reports a field that a condition cannot read: irregular, or a text that is no value of its type.
void Mapper::Engine::report_unreadable(const Cell* cell, std::size_t field) {
  const FieldValue& value = fields_.value(field);
  const SourceField& source = program_.fields[field];
  Problem problem = value.problem;
  const bool as_text = source.natural.value_or(source.carrier) != source.carrier;
  if (as_text && !value.null && problem == Problem::none) {
    scratch_.text.clear();
    problem = codec::from_text(*source.natural, value.bytes, scratch_.text).problem;
  }
  if (problem != Problem::none) report(cell, field, problem, value.bytes);
}

void Mapper::Engine::make_cell(const Cell& cell) {
  for (const CompiledCase& c : cell.cases) {
    const Truth applies = c.when ? c.when->evaluate(fields_.values(), scratch_.text) : Truth::yes;
    if (applies == Truth::yes) {
      make_case(cell, c);
      return;
    }
    if (applies == Truth::undecidable) {
      for (std::size_t i = 0; i < program_.fields.size(); ++i) report_unreadable(&cell, i);
      return;
    }
  }
  report(&cell, std::nullopt, Problem::unmapped_value, {});
}

void Mapper::Engine::make_case(const Cell& cell, const CompiledCase& chosen) {
  if (const auto* pipeline = std::get_if<Pipeline>(&chosen.value)) {
    Made made = pipeline->run(fields_.value(pipeline->field), scratch_);
    if (made.problem == Problem::none) chosen.finish.run(made, scratch_);
    if (made.lost) mark_lost(cell, pipeline->field);
    put(cell, made, pipeline->field);
  } else if (const auto* concat = std::get_if<CompiledConcat>(&chosen.value)) {
    make_concat(cell, *concat, chosen.finish);
  } else {
    const auto& constant = std::get<CompiledConstant>(chosen.value);
    if (constant.bytes) {
      row_.put(*constant.bytes);
    } else {
      row_.put_null();
    }
  }
  mark_unread(cell, chosen);
}

Mapper::Engine::PartResult Mapper::Engine::append_part(const Cell& cell, const CompiledPart& part) {
  const std::size_t field = part.pipeline.field;
  const FieldValue& value = fields_.value(field);
  const Made made = part.pipeline.run(value, scratch_);
  if (made.problem != Problem::none) {
    report(&cell, field, made.problem, text_of(value, part.pipeline.carrier, scratch_.text));
    return PartResult::reported;
  }
  if (made.lost) mark_lost(cell, field);
  if (!made.null && !trimmed(made.bytes).empty()) {
    joined_.append(made.bytes);
    return PartResult::present;
  }
  mark_lost(cell, field);
  switch (part.missing) {
    case Missing::skip:
      return PartResult::skipped;
    case Missing::null:
      return PartResult::whole_is_null;
    case Missing::quarantine:
      break;
  }
  report(&cell, field, Problem::missing_part, text_of(value, part.pipeline.carrier, scratch_.text));
  return PartResult::reported;
}

/// Joins the parts in joined_; absent where a problem has been reported.
std::optional<Made> Mapper::Engine::join_parts(const Cell& cell, const CompiledConcat& concat) {
  Made made;
  std::size_t present = 0;
  joined_.clear();
  for (const CompiledPart& part : concat.parts) {
    const std::size_t before = joined_.size();
    if (present > 0) joined_.append(concat.separator);
    const PartResult result = append_part(cell, part);
    if (result == PartResult::reported) return std::nullopt;
    if (result == PartResult::present) ++present;
    if (result == PartResult::skipped) joined_.resize(before);
    if (result == PartResult::whole_is_null) made.null = true;
    if (made.null) break;
  }
  // Where two values became one, or none, nobody can take them apart again.
  made.lost = made.null || present > 1;
  made.bytes = joined_;
  if (present > 0 || made.null) return made;
  made.null = true;
  if (concat.all_missing != Missing::null) made.problem = Problem::missing_part;
  return made;
}

void Mapper::Engine::make_concat(const Cell& cell, const CompiledConcat& concat,
                                 const Finish& finish) {
  std::optional<Made> made = join_parts(cell, concat);
  if (!made) return;
  if (made->problem == Problem::none && !made->null) {
    TextValue text{false, made->lost, made->bytes};
    made->problem = concat.steps.run(text, scratch_.buffers);
    made->null = text.null;
    made->lost = text.lost;
    made->bytes = text.view;
  }
  if (made->problem == Problem::none) finish.run(*made, scratch_);
  if (made->lost) {
    for (const CompiledPart& part : concat.parts) mark_lost(cell, part.pipeline.field);
  }
  put(cell, *made, std::nullopt);
}

void Mapper::Engine::make_decided(const Cell& cell, const std::optional<std::string>& text) {
  Made made;
  made.null = !text.has_value();
  if (text) made.bytes = *text;
  Finish finish;
  finish.target = cell.target.carrier;
  finish.fit = cell.target.fit;
  if (cell.target.carrier != Carrier::text) {
    finish.hops.push_back(
        {Carrier::text, cell.target.carrier, find_conversion(Carrier::text, cell.target.carrier)});
  } else if (text) {
    made.problem = codec::check_text(*text);
  }
  if (made.problem == Problem::none) finish.run(made, scratch_);
  if (made.problem != Problem::none) {
    report(&cell, std::nullopt, made.problem, text ? std::string_view(*text) : std::string_view());
    return;
  }
  put(cell, made, std::nullopt);
}

/// Puts what was made, or reports why it cannot be.
void Mapper::Engine::put(const Cell& cell, const Made& made, std::optional<std::size_t> field) {
  if (made.problem != Problem::none) {
    const std::string_view raw =
        field ? text_of(fields_.value(*field), program_.fields[*field].carrier, scratch_.text)
              : std::string_view(joined_);
    report(&cell, field, made.problem, raw);
  } else if (made.null) {
    row_.put_null();
  } else {
    row_.put(made.bytes);
  }
}

void Mapper::Engine::report(const Cell* cell, std::optional<std::size_t> field, Problem problem,
                            std::string_view raw) {
  MapProblem out;
  out.source_column = field;
  out.problem = problem;
  out.raw = raw;
  if (cell != nullptr) {
    out.target_column = cell->target.name;
    out.message = problem_message(problem, cell->target);
  } else {
    out.message = "a column that the filter or the rest needs cannot be read";
  }
  problems_.push_back(std::move(out));
}

}  // namespace sluice::mapping
