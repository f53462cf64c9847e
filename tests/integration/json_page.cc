#include "integration/json_page.h"

#include <algorithm>
#include <fstream>
#include <sstream>

#include <catch2/catch_test_macros.hpp>

#include "support/source_tree.h"

namespace sluice::test {
namespace {

/// Whether the value has the member, in each entry of its lists.
bool has(const codec::JsonValue& value, const std::string& path) {
  const std::size_t dot = path.find('.');
  std::string name = path.substr(0, dot);
  const std::string rest = dot == std::string::npos ? "" : path.substr(dot + 1);
  const bool is_list = name.ends_with("[]");
  if (is_list) name.resize(name.size() - 2);
  const codec::JsonValue* member = value.find(name);
  if (member == nullptr || rest.empty()) return member != nullptr;
  if (!is_list) return has(*member, rest);
  return std::ranges::all_of(member->items(),
                             [&rest](const codec::JsonValue& item) { return has(item, rest); });
}

/// The paths of all members, written as the page writes them. Of what is empty or null its own.
void collect_paths(const codec::JsonValue& value, const std::string& path,
                   std::set<std::string>& paths) {
  if (value.is_object() && !value.members().empty()) {
    for (const codec::JsonMember& member : value.members()) {
      collect_paths(member.value, path.empty() ? member.key : path + "." + member.key, paths);
    }
  } else if (value.is_array() && !value.items().empty()) {
    for (const codec::JsonValue& item : value.items()) {
      collect_paths(item, item.is_object() ? path + "[]" : path, paths);
    }
  } else {
    paths.insert(path);
  }
}

/// Whether `path` is a member of `whole`, or of an entry of it.
bool is_within(const std::string& path, const std::string& whole) {
  return path == whole || path.starts_with(whole + ".") || path.starts_with(whole + "[]");
}

}  // namespace

JsonPage::JsonPage(const std::string& path) {
  std::ifstream page(in_source_tree(path));
  REQUIRE(page);
  std::string schema;
  for (std::string line; std::getline(page, line);) {
    if (line.starts_with("## ")) schema = line.substr(3);
    if (!line.starts_with("- `")) continue;
    const bool always = line.find("where there is one") == std::string::npos;
    std::istringstream names(line.substr(2, line.find(':') - 2));
    for (std::string name; std::getline(names, name, ',');) {
      std::erase_if(name, [](char c) { return c == '`' || c == ' '; });
      promises_[schema].push_back({name, always});
    }
  }
}

codec::JsonDocument JsonPage::check(const RunResult& result, int exit_code,
                                    const std::string& schema) {
  codec::JsonDocument document = check_printed(result, exit_code, schema);
  check_all_of(document.root(), schema);
  return document;
}

codec::JsonDocument JsonPage::check_printed(const RunResult& result, int exit_code,
                                            const std::string& schema) {
  INFO(result.out << result.err);
  CHECK(result.exit_code == exit_code);
  codec::JsonDocument document = codec::parse_json_or_throw(result.out, "stdout");
  CHECK(document.root().at("schema").as_string() == schema);
  check_known(document.root(), schema);
  return document;
}

void JsonPage::check_all_of(const codec::JsonValue& value, const std::string& name) {
  for (const Promise& promise : promises_[name]) {
    INFO(name << " " << promise.path);
    if (promise.always) CHECK(has(value, promise.path));
  }
}

void JsonPage::check_known(const codec::JsonValue& value, const std::string& name) {
  INFO(name);
  REQUIRE(promises_.contains(name));
  std::set<std::string> paths;
  collect_paths(value, "", paths);
  for (const std::string& path : paths) {
    INFO(name << " " << path);
    if (path == "schema") continue;  // every answer has it
    CHECK(std::ranges::any_of(promises_[name], [&path](const Promise& promise) {
      return is_within(path, promise.path) || is_within(promise.path, path);
    }));
  }
  seen_[name].merge(paths);
}

void JsonPage::check_seen(std::string_view beginning,
                          const std::set<std::string>& elsewhere) const {
  for (const auto& [name, list] : promises_) {
    if (!name.starts_with(beginning) || elsewhere.contains(name)) continue;
    INFO(name);
    const auto seen = seen_.find(name);
    if (seen == seen_.end()) {
      FAIL_CHECK("was not printed");
      continue;
    }
    for (const Promise& promise : list) {
      INFO(promise.path);
      if (!promise.always) continue;
      CHECK(std::ranges::any_of(seen->second, [&promise](const std::string& path) {
        return is_within(path, promise.path);
      }));
    }
  }
}

}  // namespace sluice::test
