#pragma once

#include <cstddef>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <string>
#include <string_view>
#include <utility>
#include <variant>
#include <vector>

#include "sluice/mapping/condition.h"

/// What a config says of one table: how each target column is made. Pure data, by names. The JSON
/// form is in rules_json.h; configs/README.md explains it to people.
namespace sluice::mapping {

// --- steps: applied in order to the text of one value; NULL passes through all of them
// --------------------------------

/// Removes white space (space, tab, line feed, carriage return, no-break space U+00A0) at both
/// ends.
struct Trim {
  friend bool operator==(const Trim&, const Trim&) = default;
};
/// Makes one space of each run of white space.
struct CollapseSpaces {
  friend bool operator==(const CollapseSpaces&, const CollapseSpaces&) = default;
};
/// A to Z only: other letters have rules that depend on the language.
struct ChangeCase {
  enum class To : std::uint8_t { lower, upper };
  To to = To::lower;
  friend bool operator==(const ChangeCase&, const ChangeCase&) = default;
};
/// These texts become NULL.
struct NullIf {
  std::vector<std::string> texts;
  friend bool operator==(const NullIf&, const NullIf&) = default;
};
/// What becomes of a value that a map does not list.
struct Otherwise {
  enum class Kind : std::uint8_t { quarantine, keep, value, null };
  Kind kind = Kind::quarantine;
  std::string value;  ///< of Kind::value
  friend bool operator==(const Otherwise&, const Otherwise&) = default;
};
/// Old value -> new value; an absent new value is NULL. Sorted by old value.
struct ValueMap {
  std::vector<std::pair<std::string, std::optional<std::string>>> entries;
  Otherwise otherwise;
  friend bool operator==(const ValueMap&, const ValueMap&) = default;
};
/// "1.234,50" -> "1234.50". Group characters must stand before each group of three digits, or
/// nowhere.
struct ParseNumber {
  char decimal = '.';
  std::optional<char> group;
  friend bool operator==(const ParseNumber&, const ParseNumber&) = default;
};
/// A codec::DatePattern. The last step of a value: what follows it is a date, timestamp or time.
struct ParseDate {
  std::string pattern;
  friend bool operator==(const ParseDate&, const ParseDate&) = default;
};
/// Keeps the first so many characters (code points). Lossy.
struct Truncate {
  std::size_t characters = 0;
  friend bool operator==(const Truncate&, const Truncate&) = default;
};
/// Removes the longest prefix that matches (A to Z in any case), and again until none does: titles
/// such as "Dr. ". Lossy.
struct StripPrefixes {
  std::vector<std::string> prefixes;
  friend bool operator==(const StripPrefixes&, const StripPrefixes&) = default;
};

using Step = std::variant<Trim, CollapseSpaces, ChangeCase, NullIf, ValueMap, ParseNumber,
                          ParseDate, Truncate, StripPrefixes>;

// --- values: where a target column's value comes from
// -------------------------------------------------------------------

/// One source column.
struct FromColumn {
  std::string column;
  std::vector<Step> steps;
  friend bool operator==(const FromColumn&, const FromColumn&) = default;
};

/// What a part of a concatenation that is missing (NULL, or empty after its steps and a trim)
/// means.
enum class Missing : std::uint8_t {
  skip,        ///< leave it out, and its separator
  quarantine,  ///< the row does not map (missing_part)
  null,        ///< the whole value is NULL
};

struct Part {
  std::string column;
  std::vector<Step> steps;
  Missing missing = Missing::quarantine;
  friend bool operator==(const Part&, const Part&) = default;
};

/// Several columns, in order, joined by a separator.
struct Concat {
  std::vector<Part> parts;
  std::string separator;
  Missing all_missing =
      Missing::quarantine;  ///< every part skipped: quarantine or null, never skip
  std::vector<Step> steps;  ///< applied to the joined text
  friend bool operator==(const Concat&, const Concat&) = default;
};

/// The same value for every row, in the text form of the target's type; absent: NULL.
struct Constant {
  std::optional<std::string> text;
  friend bool operator==(const Constant&, const Constant&) = default;
};

/// The column is left out of the insert: the target's default fills it. Never inside cases.
struct UseDefault {
  friend bool operator==(const UseDefault&, const UseDefault&) = default;
};

using Value = std::variant<FromColumn, Concat, Constant, UseDefault>;

/// One way to make the value, taken where `when` is true (unknown is not true).
struct Case {
  std::optional<Condition> when;  ///< absent: always; only in the last case
  Value value;
  friend bool operator==(const Case&, const Case&) = default;
};

/// How one target column is made: the first case that applies. A row to which none applies goes to
/// quarantine (unmapped_value). The cast to the target's type is implied and exact; what does not
/// fit goes to quarantine.
struct Rule {
  std::string target;
  std::vector<Case> cases;  ///< at least one; an ordinary rule has one, without `when`
  bool lossy = false;       ///< the config admits that this rule loses something
  bool keep_rest = false;   ///< where it did, the full old values go to <table>__rest
  std::string
      time_zone;  ///< "UTC" or "+HH:MM": allows timestamp <-> timestamptz; empty: not allowed
  friend bool operator==(const Rule&, const Rule&) = default;
};

/// A source column that goes nowhere.
struct Drop {
  std::string column;
  bool lossy = false;      ///< must be true
  bool keep_rest = false;  ///< its values that are not NULL go to <table>__rest
  std::string reason;
  friend bool operator==(const Drop&, const Drop&) = default;
};

/// What a latin1 column of MySQL or MariaDB holds: programs that spoke UTF-8 to the server as if it
/// were latin1 have stored UTF-8 byte for byte.
enum class Latin1Holds : std::uint8_t {
  latin1,  ///< what it claims to: taken as the server reads it
  utf8,    ///< UTF-8: the bytes are read anew, and a value whose bytes are none goes to quarantine
  both,    ///< UTF-8 where the bytes are, latin1 where not. Lossy: two forms of a text become one
};

/// By source column.
using Latin1Columns = std::map<std::string, Latin1Holds, std::less<>>;

/// Everything a config says of one table's columns and rows.
struct TableRules {
  std::vector<Rule> rules;  ///< sorted by target column; one at most for each
  std::vector<Drop> drops;
  bool same_names =
      false;  ///< columns of equal name that nothing mentions are mapped to each other
  std::optional<Condition> filter;  ///< rows for which it is not true are counted as filtered
  /// Where a latin1 column is not among them, a row whose value there has the bytes of UTF-8 goes
  /// to quarantine. Conditions and steps see the text that is read anew.
  Latin1Columns latin1_holds;
  friend bool operator==(const TableRules&, const TableRules&) = default;
};

/// The rule that copies one column.
[[nodiscard]] Rule rename_rule(std::string source, std::string target);

/// The columns of one case's value, and of its condition, each once.
void collect_columns(const Case& c, std::vector<std::string>& out);
/// Every source column that the rule reads, each once, in order.
[[nodiscard]] std::vector<std::string> source_columns(const Rule& rule);
/// The columns whose values reach the target through the rule: source_columns() without those that
/// only conditions read.
[[nodiscard]] std::vector<std::string> value_columns(const Rule& rule);

/// Why a rule loses information: one line each ("step truncate cuts at 80 characters"). Empty: it
/// does not, as far as the rule itself can tell. A rule with reasons and without `lossy` is an
/// error.
[[nodiscard]] std::vector<std::string> loss_reasons(const Rule& rule);

/// Columns that hold both kinds of text: rules that read them lose which kind it was.
[[nodiscard]] bool holds_both(const TableRules& rules, std::string_view source_column) noexcept;

/// A value map and what it is applied to, for checking it by itself: count per old value = count
/// per new value.
struct ValueMapUse {
  std::string source_column;
  std::string target_column;
  ValueMap map;
  /// True where the map is all that happens to the column: one case, no other step. Only then do
  /// the servers' own counts of the plain columns have to agree.
  bool alone = false;
};
[[nodiscard]] std::vector<ValueMapUse> value_maps(const std::vector<Rule>& rules);

}  // namespace sluice::mapping
