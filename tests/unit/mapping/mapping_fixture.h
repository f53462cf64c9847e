#pragma once

#include <optional>
#include <stdexcept>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/convert.h"
#include "sluice/codec/json_read.h"
#include "sluice/codec/row_form.h"
#include "sluice/mapping/mapper.h"
#include "sluice/mapping/rules_json.h"

/// Rows, rules and mappers written the way people write them: texts and JSON.
namespace mapping_fixture {

using sluice::codec::Carrier;
using Text = std::optional<std::string>;
inline constexpr std::nullopt_t kNull = std::nullopt;

/// The binary form of a text; the test is wrong where it has none.
inline std::string binary(Carrier carrier, std::string_view text) {
  std::string out;
  const auto result = sluice::codec::from_text(carrier, text, out);
  if (!result) {
    throw std::invalid_argument(std::string(text) + " is no " +
                                std::string(sluice::codec::to_string(carrier)));
  }
  return out;
}

inline std::string row_of(const std::vector<Carrier>& carriers, const std::vector<Text>& texts) {
  sluice::codec::RowBuffer rows;
  rows.begin_row(static_cast<std::int16_t>(texts.size()));
  for (std::size_t i = 0; i < texts.size(); ++i) {
    if (texts[i]) {
      rows.put_bytes(binary(carriers.at(i), *texts[i]));
    } else {
      rows.put_null();
    }
  }
  rows.end_row();
  return std::string(rows.row(0));
}

/// The fields of a row as texts.
inline std::vector<Text> texts_of(std::string_view row, const std::vector<Carrier>& carriers) {
  std::vector<sluice::codec::Field> fields;
  sluice::codec::parse_fields(row, fields);
  std::vector<Text> out;
  for (std::size_t i = 0; i < fields.size(); ++i) {
    if (fields[i].null) {
      out.emplace_back(std::nullopt);
      continue;
    }
    std::string text;
    if (!sluice::codec::to_text(carriers.at(i), fields[i].bytes, text)) text = "<malformed>";
    out.emplace_back(std::move(text));
  }
  return out;
}

struct ReadRules {
  sluice::mapping::TableRules rules;
  std::vector<sluice::model::Finding> findings;
};

inline ReadRules read_rules(std::string_view json) {
  ReadRules out;
  const auto document = sluice::codec::parse_json_or_throw(json, "rules.json");
  sluice::mapping::JsonProblems problems(document, out.findings);
  out.rules = sluice::mapping::rules_from_json(document.root(), problems);
  return out;
}

/// Rules that must be right.
inline sluice::mapping::TableRules rules(std::string_view json) {
  ReadRules read = read_rules(json);
  if (!read.findings.empty()) {
    throw std::invalid_argument(read.findings.front().where + ": " + read.findings.front().message);
  }
  return std::move(read.rules);
}

/// True where one of the findings has the rule id.
inline bool has_rule(const std::vector<sluice::model::Finding>& findings, std::string_view rule) {
  for (const auto& finding : findings) {
    if (finding.rule == rule) return true;
  }
  return false;
}

struct Column {
  std::string name;
  Carrier carrier = Carrier::text;
  std::string type = {};  ///< the base of its type, where the fit needs it
  bool nullable = true;
};

inline sluice::mapping::SourceField source(std::string name, Carrier carrier = Carrier::text,
                                           bool nullable = true) {
  sluice::mapping::SourceField field;
  field.name = std::move(name);
  field.carrier = carrier;
  field.nullable = nullable;
  return field;
}

inline sluice::mapping::TargetField target(std::string name, Carrier carrier = Carrier::text,
                                           bool nullable = true) {
  sluice::mapping::TargetField field;
  field.name = std::move(name);
  field.carrier = carrier;
  field.fit.nullable = nullable;
  return field;
}

/// One row through a mapper, as texts.
struct Mapped {
  sluice::mapping::Outcome outcome{};
  std::vector<Text> row;  ///< of outcome mapped
  std::vector<std::vector<Text>> rest;
  std::vector<sluice::mapping::MapProblem> problems;  ///< of outcome quarantined
  std::string bytes;
};

class TestTable {
 public:
  explicit TestTable(sluice::mapping::TableMapping mapping)
      : mapping_(std::move(mapping)), mapper_(mapping_) {
    for (const auto& field : mapping_.source) source_carriers_.push_back(field.carrier);
    for (const auto& field : mapping_.target) target_carriers_.push_back(field.carrier);
  }

  [[nodiscard]] Mapped map(const std::vector<Text>& texts) {
    return map_row(row_of(source_carriers_, texts), {});
  }
  [[nodiscard]] Mapped map_row(const std::string& row,
                               const std::vector<sluice::codec::Irregular>& irregular,
                               const sluice::mapping::Overrides* overrides = nullptr) {
    sluice::codec::RowBuffer out;
    sluice::codec::RowBuffer rest;
    Mapped result;
    result.outcome = overrides == nullptr
                         ? mapper_.map(row, irregular, out, rest)
                         : mapper_.map_with_overrides(row, irregular, *overrides, out, rest);
    if (result.outcome == sluice::mapping::Outcome::quarantined)
      result.problems = mapper_.problems();
    if (out.rows() > 0) {
      result.bytes = std::string(out.row(0));
      result.row = texts_of(out.row(0), target_carriers_);
    }
    const std::vector<Carrier> all_text(3, Carrier::text);
    for (std::size_t i = 0; i < rest.rows(); ++i)
      result.rest.push_back(texts_of(rest.row(i), all_text));
    return result;
  }
  [[nodiscard]] sluice::mapping::Mapper& mapper() { return mapper_; }
  [[nodiscard]] const std::vector<Carrier>& source_carriers() const { return source_carriers_; }

 private:
  sluice::mapping::TableMapping mapping_;
  sluice::mapping::Mapper mapper_;
  std::vector<Carrier> source_carriers_;
  std::vector<Carrier> target_carriers_;
};

}  // namespace mapping_fixture
