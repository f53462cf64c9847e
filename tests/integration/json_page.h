#pragma once

#include <map>
#include <set>
#include <string>
#include <string_view>
#include <vector>

#include "sluice/codec/json_read.h"

#include "support/run_process.h"

/// JSON held against a page that says which members it has.
namespace sluice::test {

/// Every "- `path`, `path`: ..." behind a line "## NAME" promises members of NAME: "tables[].rows".
/// Those of lines with "where there is one" need not be there; no others may.
class JsonPage {
 public:
  /// `path`: from the root of the sources.
  explicit JsonPage(const std::string& path);

  /// Checks what a verb printed, by the schema in it; returns the document.
  codec::JsonDocument check(const RunResult& result, int exit_code, const std::string& schema);
  /// Checks only that the page knows whatever was printed.
  codec::JsonDocument check_printed(const RunResult& result, int exit_code,
                                    const std::string& schema);
  /// The same of any JSON under that name of the page.
  void check_all_of(const codec::JsonValue& value, const std::string& name);
  void check_known(const codec::JsonValue& value, const std::string& name);

  /// Whatever is always there was there, and not only as a member of an empty list: of each name
  /// that begins so, but for those that another test prints.
  void check_seen(std::string_view beginning, const std::set<std::string>& elsewhere = {}) const;

 private:
  struct Promise {
    std::string path;
    bool always = true;
  };
  std::map<std::string, std::vector<Promise>> promises_;
  std::map<std::string, std::set<std::string>> seen_;
};

}  // namespace sluice::test
