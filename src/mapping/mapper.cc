#include "sluice/mapping/mapper.h"

#include <fmt/format.h>

#include "sluice/model/error.h"

#include "mapping/engine.h"

namespace sluice::mapping {
namespace {

Program compile_or_throw(const TableMapping& mapping) {
  std::vector<model::Finding> findings;
  Program program = compile(mapping, "mapping", findings);
  for (const model::Finding& finding : findings) {
    if (finding.severity != model::Severity::error) continue;
    throw model::Error(model::ErrorKind::config,
                       fmt::format("{}: {}", finding.where, finding.message), finding.action);
  }
  return program;
}

}  // namespace

Mapper::Mapper(const TableMapping& mapping)
    : engine_(std::make_unique<Engine>(compile_or_throw(mapping))) {}
Mapper::Mapper(Mapper&&) noexcept = default;
Mapper& Mapper::operator=(Mapper&&) noexcept = default;
Mapper::~Mapper() = default;

Outcome Mapper::map(std::string_view source_row, std::span<const codec::Irregular> irregular,
                    codec::RowBuffer& target, codec::RowBuffer& rest) {
  return engine_->map(source_row, irregular, nullptr, target, rest);
}

Outcome Mapper::map_with_overrides(std::string_view source_row,
                                   std::span<const codec::Irregular> irregular,
                                   const Overrides& overrides, codec::RowBuffer& target,
                                   codec::RowBuffer& rest) {
  return engine_->map(source_row, irregular, &overrides, target, rest);
}

const std::vector<MapProblem>& Mapper::problems() const noexcept { return engine_->problems(); }
bool Mapper::is_identity() const noexcept { return engine_->is_identity(); }
bool Mapper::has_rest() const noexcept { return engine_->has_rest(); }
std::span<const char> Mapper::lost() const noexcept { return engine_->lost(); }

}  // namespace sluice::mapping
