#pragma once

#include <string>
#include <string_view>
#include <vector>

#include "sluice/model/error.h"
#include "sluice/model/finding.h"

#include "cli/command_line.h"
#include "cli/finding_groups.h"

namespace sluice::cli {

/// The one place that talks to people. Results go to stdout; everything else to stderr, prefixed
/// "sluice: ", lower case, without a full stop, with "hint: " lines. Color only on a terminal and
/// without NO_COLOR. Text from servers and files is shown escaped (codec/printable.h), and fits the
/// terminal or COLUMNS; of results that go elsewhere 80 columns. One thread at a time.
class Console {
 public:
  Console();

  /// A result as it is, on stdout: JSON, SQL. Throws Error{storage} where it cannot be written.
  void print(std::string_view text);
  /// A result for people: long lines are broken, words that are wider than a line cut. Its lines
  /// are the caller's: what it puts into them from elsewhere has to be on one
  /// (codec::printable_line).
  void show(std::string_view text);
  /// The same where nothing may be cut: words that are wider than a line go on in the next.
  void show_whole(std::string_view text);
  /// A message on stderr, whose line feeds are shown as such.
  void note(std::string_view text);
  void error(std::string_view text, std::string_view hint = {});
  void error(const model::Error& failure);
  /// Errors, or else warnings and notes: where there are errors, nobody should have to search for
  /// them. What is said of several places is said once. Returns true when there is an error.
  bool findings(const std::vector<model::Finding>& findings);
  /// The last line of a command: what to run next. Nothing where JSON is asked for.
  void next(const Words& words);
  /// The same behind SQL, as a comment of it: what a dry run prints can be run as it stands.
  void next_in_sql(const Words& words);

  /// Errors said so far, for an answer in JSON where a command has no other.
  struct Said {
    std::string text;
    std::string hint;
  };
  [[nodiscard]] const std::vector<Said>& errors() const noexcept { return errors_; }
  /// Whether there was a result.
  [[nodiscard]] bool has_printed() const noexcept { return has_printed_; }

  [[nodiscard]] bool is_terminal() const noexcept { return is_terminal_; }
  void set_json(bool json) noexcept { json_ = json; }
  [[nodiscard]] bool json() const noexcept { return json_; }

  /// Lines that replace each other on a terminal; nothing elsewhere.
  void status_lines(const std::vector<std::string>& lines);
  void clear_status();

 private:
  void put(std::string_view text);
  /// A message on lines of its own; words stay whole, so that paths can be pasted.
  void say(std::string_view text);
  void say(const std::string& places, const FindingGroup& group);

  bool is_terminal_;
  bool color_;
  std::size_t out_columns_;  // of stdout and stderr; 0: no terminal. Messages are lines there
  std::size_t err_columns_;
  bool json_ = false;
  bool has_printed_ = false;
  std::vector<Said> errors_;
  std::size_t status_lines_ = 0;
};

/// error, warning, note: in front of what is said, and in JSON.
[[nodiscard]] std::string_view severity_word(model::Severity severity) noexcept;

}  // namespace sluice::cli
