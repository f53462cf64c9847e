#pragma once

#include <algorithm>
#include <optional>
#include <regex>
#include <string>
#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/codec/row_form.h"
#include "sluice/mapping/mapper.h"

/// A mapper made to be read: every value is a text, every step a regular expression or a loop, and
/// nothing is shared with the real one but the rules. It knows text, integers and numerics with a
/// scale; no filter, cases, rest or zone.
namespace reference_mapper {

using Text = std::optional<std::string>;

/// Thrown where a row must go to quarantine.
struct Quarantine {};

inline std::string trimmed(const std::string& text) {
  static const std::regex kEnds(
      "^(?:[ \\t\\n\\v\\f\\r]|\xC2\xA0)+|(?:[ \\t\\n\\v\\f\\r]|\xC2\xA0)+$");
  return std::regex_replace(text, kEnds, "");
}

struct StepByStep {
  Text& value;

  void operator()(const sluice::mapping::Trim&) const { value = trimmed(*value); }
  void operator()(const sluice::mapping::CollapseSpaces&) const {
    static const std::regex kRun("(?:[ \\t\\n\\v\\f\\r]|\xC2\xA0)+");
    value = std::regex_replace(*value, kRun, " ");
  }
  void operator()(const sluice::mapping::ChangeCase& step) const {
    const bool to_lower = step.to == sluice::mapping::ChangeCase::To::lower;
    for (char& c : *value) {
      if (to_lower && c >= 'A' && c <= 'Z') c = static_cast<char>(c + 32);
      if (!to_lower && c >= 'a' && c <= 'z') c = static_cast<char>(c - 32);
    }
  }
  void operator()(const sluice::mapping::NullIf& step) const {
    for (const std::string& text : step.texts) {
      if (value && *value == text) value.reset();
    }
  }
  void operator()(const sluice::mapping::ValueMap& map) const {
    for (const auto& [old_value, new_value] : map.entries) {
      if (*value == old_value) {
        value = new_value;
        return;
      }
    }
    switch (map.otherwise.kind) {
      case sluice::mapping::Otherwise::Kind::quarantine:
        throw Quarantine{};
      case sluice::mapping::Otherwise::Kind::keep:
        return;
      case sluice::mapping::Otherwise::Kind::value:
        value = map.otherwise.value;
        return;
      case sluice::mapping::Otherwise::Kind::null:
        value.reset();
        return;
    }
  }
  void operator()(const sluice::mapping::ParseNumber& step) const {
    const std::string decimal = std::string("[") + step.decimal + "]";
    const std::string group = step.group ? std::string("[") + *step.group + "]" : "x{0}y{9}";
    const std::regex shape("([-+]?)([0-9]+|[0-9]{1,3}(?:" + group + "[0-9]{3})+)(?:" + decimal +
                           "([0-9]+))?");
    std::smatch match;
    if (!std::regex_match(*value, match, shape)) throw Quarantine{};
    std::string whole = match[2];
    if (step.group) whole.erase(std::remove(whole.begin(), whole.end(), *step.group), whole.end());
    const std::string sign = match[1] == "-" ? "-" : "";
    value = sign + whole + (match[3].matched ? "." + match[3].str() : "");
  }
  void operator()(const sluice::mapping::ParseDate&) const { throw Quarantine{}; }
  void operator()(const sluice::mapping::Truncate& step) const {
    std::string kept;
    std::size_t characters = 0;
    for (const char c : *value) {
      const bool starts = (static_cast<unsigned char>(c) & 0xC0U) != 0x80U;
      if (starts && ++characters > step.characters) break;
      kept += c;
    }
    value = kept;
  }
  void operator()(const sluice::mapping::StripPrefixes& step) const {
    for (bool again = true; again;) {
      again = false;
      std::vector<std::string> prefixes = step.prefixes;
      std::ranges::sort(prefixes, std::ranges::greater{},
                        [](const std::string& p) { return p.size(); });
      for (const std::string& prefix : prefixes) {
        const std::string front = value->substr(0, prefix.size());
        if (prefix.empty() || lower(front) != lower(prefix)) continue;
        value = value->substr(prefix.size());
        again = true;
        break;
      }
    }
  }

  static std::string lower(std::string text) {
    for (char& c : text) c = c >= 'A' && c <= 'Z' ? static_cast<char>(c + 32) : c;
    return text;
  }
};

inline void run_steps(const std::vector<sluice::mapping::Step>& steps, Text& value) {
  for (const sluice::mapping::Step& step : steps) {
    if (value) std::visit(StepByStep{value}, step);
  }
}

/// The number of a decimal text with exactly `scale` digits after the point, by moving characters.
inline std::string with_scale(const std::string& text, int precision, int scale) {
  const bool negative = text.starts_with('-');
  std::string digits = negative ? text.substr(1) : text;
  const std::size_t point = digits.find('.');
  std::string whole = digits.substr(0, point);
  std::string fraction = point == std::string::npos ? "" : digits.substr(point + 1);
  whole.erase(0, std::min(whole.find_first_not_of('0'), whole.size()));
  while (fraction.size() > static_cast<std::size_t>(scale)) {
    if (fraction.back() != '0') throw Quarantine{};
    fraction.pop_back();
  }
  fraction.resize(static_cast<std::size_t>(scale), '0');
  if (whole.size() > static_cast<std::size_t>(precision - scale)) throw Quarantine{};
  if (whole.empty()) whole = "0";
  const bool zero = (whole + fraction).find_first_not_of('0') == std::string::npos;
  return std::string(negative && !zero ? "-" : "") + whole + (scale > 0 ? "." + fraction : "");
}

inline Text value_of(const sluice::mapping::TableMapping& mapping, const std::vector<Text>& row,
                     const std::string& column) {
  for (std::size_t i = 0; i < mapping.source.size(); ++i) {
    if (mapping.source[i].name == column) return row[i];
  }
  throw std::invalid_argument("no column " + column);
}

inline Text join(const sluice::mapping::TableMapping& mapping, const std::vector<Text>& row,
                 const sluice::mapping::Concat& concat) {
  std::vector<std::string> parts;
  for (const auto& part : concat.parts) {
    Text value = value_of(mapping, row, part.column);
    run_steps(part.steps, value);
    if (value && !trimmed(*value).empty()) {
      parts.push_back(*value);
    } else if (part.missing == sluice::mapping::Missing::quarantine) {
      throw Quarantine{};
    } else if (part.missing == sluice::mapping::Missing::null) {
      return std::nullopt;
    }
  }
  if (parts.empty()) {
    if (concat.all_missing == sluice::mapping::Missing::null) return std::nullopt;
    throw Quarantine{};
  }
  Text out = parts.front();
  for (std::size_t i = 1; i < parts.size(); ++i) *out += concat.separator + parts[i];
  run_steps(concat.steps, out);
  return out;
}

inline Text make(const sluice::mapping::TableMapping& mapping, const std::vector<Text>& row,
                 const sluice::mapping::Value& value) {
  if (const auto* from = std::get_if<sluice::mapping::FromColumn>(&value)) {
    Text out = value_of(mapping, row, from->column);
    run_steps(from->steps, out);
    return out;
  }
  if (const auto* concat = std::get_if<sluice::mapping::Concat>(&value))
    return join(mapping, row, *concat);
  return std::get<sluice::mapping::Constant>(value).text;
}

inline void fit(const sluice::mapping::TargetField& target, Text& value) {
  if (!value) {
    if (!target.fit.nullable) throw Quarantine{};
    return;
  }
  if (target.fit.precision)
    value = with_scale(*value, *target.fit.precision, target.fit.scale.value_or(0));
  if (!target.fit.max_characters) return;
  const auto characters = static_cast<std::size_t>(std::ranges::count_if(
      *value, [](char c) { return (static_cast<unsigned char>(c) & 0xC0U) != 0x80U; }));
  if (characters > *target.fit.max_characters) throw Quarantine{};
  if (target.fit.blank_padded) value->append(*target.fit.max_characters - characters, ' ');
}

/// The target row, or nothing where the row must go to quarantine.
inline std::optional<std::string> map(const sluice::mapping::TableMapping& mapping,
                                      std::string_view source_row) {
  std::vector<sluice::codec::Field> fields;
  sluice::codec::parse_fields(source_row, fields);
  std::vector<Text> row;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    std::string text;
    if (!fields[i].null)
      (void)sluice::codec::to_text(mapping.source[i].carrier, fields[i].bytes, text);
    row.push_back(fields[i].null ? Text() : Text(text));
  }
  try {
    sluice::codec::RowBuffer out;
    out.begin_row(static_cast<std::int16_t>(mapping.target.size()));
    for (const auto& target : mapping.target) {
      const auto rule =
          std::ranges::find(mapping.rules.rules, target.name, &sluice::mapping::Rule::target);
      Text value = make(mapping, row, rule->cases.front().value);
      fit(target, value);
      std::string bytes;
      if (value && !sluice::codec::from_text(target.carrier, *value, bytes)) throw Quarantine{};
      if (value) {
        out.put_bytes(bytes);
      } else {
        out.put_null();
      }
    }
    out.end_row();
    return std::string(out.row(0));
  } catch (const Quarantine&) {
    return std::nullopt;
  }
}

}  // namespace reference_mapper
