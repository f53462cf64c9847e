#pragma once

#include <string_view>

#include "sluice/mapping/json_object.h"

/// The keys of every object that rules_json reads. configs/sluice.schema.json lists the same.
namespace sluice::mapping::shapes {

inline constexpr std::string_view kRulesKeys[] = {"columns", "drop", "same_names", "filter",
                                                  "latin1_holds"};
inline constexpr ObjectShape kRules{"mapping", kRulesKeys};

inline constexpr std::string_view kRuleKeys[] = {"from",        "steps",    "concat",   "separator",
                                                 "all_missing", "constant", "default",  "cases",
                                                 "time_zone",   "lossy",    "keep_rest"};
inline constexpr ObjectShape kRule{"rule", kRuleKeys};

inline constexpr std::string_view kCaseKeys[] = {"when",      "from",        "steps",   "concat",
                                                 "separator", "all_missing", "constant"};
inline constexpr ObjectShape kCase{"case", kCaseKeys};

inline constexpr std::string_view kPartKeys[] = {"column", "steps", "missing"};
inline constexpr ObjectShape kPart{"part", kPartKeys};

inline constexpr std::string_view kStepKeys[] = {"null_if", "map",      "otherwise",     "number",
                                                 "date",    "truncate", "strip_prefixes"};
inline constexpr ObjectShape kStep{"step", kStepKeys};

inline constexpr std::string_view kNumberKeys[] = {"decimal", "group"};
inline constexpr ObjectShape kNumber{"number_format", kNumberKeys};

inline constexpr std::string_view kOtherwiseKeys[] = {"value"};
inline constexpr ObjectShape kOtherwise{"otherwise_value", kOtherwiseKeys};

inline constexpr std::string_view kDropKeys[] = {"column", "lossy", "keep_rest", "reason"};
inline constexpr ObjectShape kDrop{"drop", kDropKeys};

inline constexpr std::string_view kConditionKeys[] = {"and", "or",    "not",   "column",
                                                      "op",  "value", "values"};
inline constexpr ObjectShape kCondition{"condition", kConditionKeys};

inline constexpr std::string_view kNumberLiteralKeys[] = {"number"};
inline constexpr ObjectShape kNumberLiteral{"number_literal", kNumberLiteralKeys};

}  // namespace sluice::mapping::shapes
