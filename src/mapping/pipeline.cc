#include "mapping/pipeline.h"

#include "sluice/codec/convert.h"
#include "sluice/model/error.h"

#include "mapping/binary.h"

namespace sluice::mapping {

using codec::Carrier;
using codec::Problem;

namespace {

/// Reads the text by the pattern into `out`, in the form of date_carrier().
Problem read_date(const codec::DatePattern& pattern, std::string_view text, std::string& out) {
  if (date_carrier(pattern) == Carrier::date) {
    std::int32_t days = 0;
    const Problem problem = pattern.parse_date(text, days);
    assign(static_cast<std::uint32_t>(days), out);
    return problem;
  }
  std::int64_t micros = 0;
  const Problem problem =
      pattern.has_date() ? pattern.parse_timestamp(text, micros) : pattern.parse_time(text, micros);
  assign(static_cast<std::uint64_t>(micros), out);
  return problem;
}

struct StepRunner {
  TextValue& value;
  TextBuffers& buffers;

  Problem operator()(const CompiledMap& map) const { return map.apply(value); }
  template <typename StepType>
  Problem operator()(const StepType& step) const {
    return apply_step(step, value, buffers);
  }
};

struct StepCompiler {
  std::vector<CompiledStep>& out;

  void operator()(const ValueMap& map) const { out.emplace_back(CompiledMap(map)); }
  void operator()(const ParseDate&) const {}
  template <typename StepType>
  void operator()(const StepType& step) const {
    out.emplace_back(step);
  }
};

}  // namespace

StepList::StepList(const std::vector<Step>& steps) {
  for (const Step& step : steps) std::visit(StepCompiler{steps_}, step);
}

Problem StepList::run(TextValue& value, TextBuffers& buffers) const {
  for (const CompiledStep& step : steps_) {
    if (value.null) break;
    const Problem problem = std::visit(StepRunner{value, buffers}, step);
    if (problem != Problem::none) return problem;
  }
  return Problem::none;
}

const ParseDate* trailing_date(const std::vector<Step>& steps) noexcept {
  return steps.empty() ? nullptr : std::get_if<ParseDate>(&steps.back());
}

Carrier date_carrier(const codec::DatePattern& pattern) noexcept {
  if (!pattern.has_date()) return Carrier::time;
  return pattern.has_time() ? Carrier::timestamp : Carrier::date;
}

std::string_view text_of(const FieldValue& field, Carrier carrier, std::string& buffer) {
  if (field.null || field.problem != Problem::none || carrier == Carrier::text) return field.bytes;
  buffer.clear();
  if (!codec::to_text(carrier, field.bytes, buffer)) {
    throw model::Error(model::ErrorKind::data, "a field's bytes are not of its carrier's form");
  }
  return buffer;
}

void Finish::run(Made& made, Scratch& scratch) const {
  if (!made.null) convert(made, scratch);
  if (made.problem != Problem::none) return;
  if (made.null) {
    if (!fit.nullable) made.problem = Problem::null_not_allowed;
    return;
  }
  if (!fits_always) made.problem = apply_fit(target, fit, made.bytes, scratch.fitted);
}

void Finish::convert(Made& made, Scratch& scratch) const {
  if (date) {
    made.problem = read_date(*date, made.bytes, scratch.dated);
    made.bytes = scratch.dated;
  }
  if (hops.empty()) return;
  scratch.context.zone_seconds_east = zone_seconds_east;
  scratch.context.allow_loss = allow_loss;
  scratch.context.lost = false;
  for (std::size_t i = 0; i < hops.size() && made.problem == Problem::none; ++i) {
    const Hop& hop = hops[i];
    made.problem = hop.convert(scratch.context, hop.from, hop.to, made.bytes, scratch.hops[i]);
    made.bytes = scratch.hops[i];
  }
  made.lost = made.lost || scratch.context.lost;
}

Made Pipeline::run(const FieldValue& value, Scratch& scratch) const {
  Made made;
  made.problem = value.problem;
  made.null = value.null;
  made.lost = value.lost;
  made.bytes = value.bytes;
  if (value.null || value.problem != Problem::none || !needs_text) return made;
  TextValue text{false, value.lost, text_of(value, carrier, scratch.text)};
  made.problem = steps.run(text, scratch.buffers);
  made.null = text.null;
  made.lost = text.lost;
  made.bytes = text.view;
  return made;
}

}  // namespace sluice::mapping
