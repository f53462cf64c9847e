#include "plan/plan_words.h"

#include "sluice/codec/digest.h"
#include "sluice/config/config.h"
#include "sluice/model/key.h"
#include "sluice/model/schema.h"
#include "sluice/plan/plan.h"

namespace sluice::plan {

template <>
std::span<const Word<model::Engine>> words() noexcept {
  static constexpr Word<model::Engine> kWords[] = {{model::Engine::postgresql, "postgresql"},
                                                   {model::Engine::mysql, "mysql"},
                                                   {model::Engine::mariadb, "mariadb"}};
  return kWords;
}

template <>
std::span<const Word<model::TypeKind>> words() noexcept {
  using Kind = model::TypeKind;
  static constexpr Word<Kind> kWords[] = {{Kind::plain, "plain"}, {Kind::enumeration, "enum"},
                                          {Kind::array, "array"}, {Kind::composite, "composite"},
                                          {Kind::range, "range"}, {Kind::other, "other"}};
  return kWords;
}

template <>
std::span<const Word<model::RangeKind>> words() noexcept {
  static constexpr Word<model::RangeKind> kWords[] = {{model::RangeKind::key, "key"},
                                                      {model::RangeKind::ctid, "ctid"},
                                                      {model::RangeKind::whole, "whole"}};
  return kWords;
}

template <>
std::span<const Word<config::ExistingRows>> words() noexcept {
  using Existing = config::ExistingRows;
  static constexpr Word<Existing> kWords[] = {
      {Existing::refuse, "refuse"}, {Existing::replace, "replace"}, {Existing::keep, "keep"}};
  return kWords;
}

template <>
std::span<const Word<config::NewTables>> words() noexcept {
  static constexpr Word<config::NewTables> kWords[] = {{config::NewTables::live, "live"},
                                                       {config::NewTables::side, "side"}};
  return kWords;
}

template <>
std::span<const Word<model::SchemaObject::Kind>> words() noexcept {
  using Kind = model::SchemaObject::Kind;
  static constexpr Word<Kind> kWords[] = {{Kind::schema, model::to_string(Kind::schema)},
                                          {Kind::extension, model::to_string(Kind::extension)},
                                          {Kind::collation, model::to_string(Kind::collation)},
                                          {Kind::sequence, model::to_string(Kind::sequence)},
                                          {Kind::type, model::to_string(Kind::type)},
                                          {Kind::domain, model::to_string(Kind::domain)}};
  return kWords;
}

template <>
std::span<const Word<config::Measure>> words() noexcept {
  using Measure = config::Measure;
  static constexpr Word<Measure> kWords[] = {
      {Measure::count, "count"}, {Measure::count_distinct, "count_distinct"},
      {Measure::sum, "sum"},     {Measure::min, "min"},
      {Measure::max, "max"},     {Measure::null_count, "null_count"}};
  return kWords;
}

template <>
std::span<const Word<DeferredStep::Kind>> words() noexcept {
  using Kind = DeferredStep::Kind;
  static constexpr Word<Kind> kWords[] = {
      {Kind::index, "index"},      {Kind::primary_key, "primary_key"},
      {Kind::unique, "unique"},    {Kind::exclusion, "exclusion"},
      {Kind::check, "check"},      {Kind::position, "position"},
      {Kind::setting, "setting"},  {Kind::foreign_key, "foreign_key"},
      {Kind::validate, "validate"}};
  return kWords;
}

template <>
std::span<const Word<FamilyStep::Kind>> words() noexcept {
  using Kind = FamilyStep::Kind;
  static constexpr Word<Kind> kWords[] = {{Kind::parent, "parent"},
                                          {Kind::inherit, "inherit"},
                                          {Kind::foreign_key, "foreign_key"},
                                          {Kind::position, "position"}};
  return kWords;
}

std::string_view to_string(FamilyStep::Kind kind) noexcept {
  for (const Word<FamilyStep::Kind>& word : words<FamilyStep::Kind>()) {
    if (word.value == kind) return word.name;
  }
  return "unknown";
}

std::string_view to_string(DeferredStep::Kind kind) noexcept {
  for (const Word<DeferredStep::Kind>& word : words<DeferredStep::Kind>()) {
    if (word.value == kind) return word.name;
  }
  return "unknown";
}

}  // namespace sluice::plan
