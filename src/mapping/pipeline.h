#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <variant>
#include <vector>

#include "sluice/codec/date_pattern.h"
#include "sluice/mapping/conversion.h"
#include "sluice/mapping/fit.h"

#include "mapping/predicate.h"
#include "mapping/text_steps.h"

/// What happens to one value between a source field and a target field.
namespace sluice::mapping {

/// Memory that all columns of a mapper work in, one value at a time.
struct Scratch {
  ConversionContext context;
  TextBuffers buffers;
  std::string text;     ///< a field's text form
  std::string dated;    ///< what a date pattern read
  std::string hops[2];  ///< converted values
  std::string fitted;   ///< padded or rescaled
};

/// A value, NULL, or the reason why there is none.
struct Made {
  codec::Problem problem = codec::Problem::none;
  bool null = false;
  bool lost = false;
  std::string_view bytes;  ///< valid until the scratch memory is used again
};

using CompiledStep = std::variant<Trim, CollapseSpaces, ChangeCase, NullIf, ParseNumber, Truncate,
                                  StripPrefixes, CompiledMap>;

/// Text steps in a row.
class StepList {
 public:
  StepList() = default;
  /// A ParseDate at the end is left out: see trailing_date().
  explicit StepList(const std::vector<Step>& steps);

  [[nodiscard]] bool empty() const noexcept { return steps_.empty(); }
  [[nodiscard]] codec::Problem run(TextValue& value, TextBuffers& buffers) const;

 private:
  std::vector<CompiledStep> steps_;
};

/// The date pattern that ends the steps; nullptr where there is none.
[[nodiscard]] const ParseDate* trailing_date(const std::vector<Step>& steps) noexcept;

/// The carrier of what a pattern reads.
[[nodiscard]] codec::Carrier date_carrier(const codec::DatePattern& pattern) noexcept;

/// The text of a field, for steps, for people and for <table>__rest: of irregular fields the raw
/// text.
[[nodiscard]] std::string_view text_of(const FieldValue& field, codec::Carrier carrier,
                                       std::string& buffer);

/// The end of every value's way: conversions and the fit.
class Finish {
 public:
  struct Hop {
    codec::Carrier from{};
    codec::Carrier to{};
    ConvertFunction convert = nullptr;
  };

  std::optional<codec::DatePattern> date;  ///< reads the text before the hops
  std::vector<Hop> hops;                   ///< two at most
  codec::Carrier target{};
  Fit fit;
  bool fits_always = false;  ///< the fit need not be looked at
  bool allow_loss = false;
  std::int32_t zone_seconds_east = 0;

  /// REQUIRES: `made` is a value or NULL. Its bytes may be in any of the scratch buffers but hops
  /// and fitted.
  void run(Made& made, Scratch& scratch) const;

 private:
  void convert(Made& made, Scratch& scratch) const;
};

/// One column through its steps.
class Pipeline {
 public:
  std::size_t field = 0;
  codec::Carrier carrier{};  ///< of the field
  StepList steps;
  bool needs_text = false;  ///< there are steps or a date pattern

  /// The value after the steps, as text where needs_text, as the field's bytes otherwise.
  [[nodiscard]] Made run(const FieldValue& value, Scratch& scratch) const;
};

}  // namespace sluice::mapping
