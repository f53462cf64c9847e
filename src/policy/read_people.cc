#include <algorithm>
#include <map>
#include <set>

#include <fmt/format.h>

#include "sluice/codec/utc_time.h"

#include "policy/reader.h"
#include "policy/shapes.h"
#include "policy/ssh_key.h"

namespace sluice::policy {
namespace {

using codec::JsonValue;
using mapping::JsonProblems;
using mapping::ObjectReader;

/// Principals stand in file names of signatures.
constexpr std::size_t kMaxPrincipalLength = 64;

bool is_letter_or_digit(char c) noexcept {
  return (c >= 'a' && c <= 'z') || (c >= 'A' && c <= 'Z') || (c >= '0' && c <= '9');
}

/// Nothing that ssh-keygen takes for a pattern, a list, an option or a comment, and no path.
bool is_principal(std::string_view text) {
  constexpr std::string_view kOthers = ".@_+-";
  return !text.empty() && text.size() <= kMaxPrincipalLength && is_letter_or_digit(text.front()) &&
         std::ranges::all_of(text, [&](char c) {
           return is_letter_or_digit(c) || kOthers.find(c) != std::string_view::npos;
         });
}

std::string lowered(std::string text) {
  std::ranges::transform(text, text.begin(), [](char c) {
    return c >= 'A' && c <= 'Z' ? static_cast<char>(c - 'A' + 'a') : c;
  });
  return text;
}

/// What no two people may share, and who has it first.
class People {
 public:
  explicit People(JsonProblems& problems) : problems_(problems) {}

  void add_principal(const JsonValue& at, const std::string& principal) {
    if (!is_principal(principal)) {
      problems_.error(at, "bad-principal",
                      fmt::format("a principal has at most {} letters, digits and . @ _ + -, and "
                                  "begins with a letter or digit",
                                  kMaxPrincipalLength),
                      "for example \"alice@corp\"; patterns and lists are not accepted");
    } else if (!principals_.insert(lowered(principal)).second) {
      problems_.error(at, "principal-twice",
                      fmt::format("the principal \"{}\" stands twice", principal),
                      "give each person one of their own; case makes no difference");
    }
  }

  void add_name(const JsonValue& at, const std::string& name) {
    if (names_.insert(lowered(name)).second) return;
    problems_.error(at, "name-twice", fmt::format("two people are named \"{}\"", name),
                    "people are told by name who still has to sign: tell them apart");
  }

  void add_key(const JsonValue& at, const std::string& blob, const std::string& person) {
    const auto [known, is_new] = keys_.emplace(blob, person);
    if (is_new) return;
    problems_.error(at, "key-twice",
                    known->second == person
                        ? fmt::format("this key of {} stands twice", person)
                        : fmt::format("{} and {} have the same key", known->second, person),
                    "a key belongs to one person, and stands once");
  }

  void add_os_user(const JsonValue& at, const std::string& user, const std::string& person) {
    const auto [known, is_new] = os_users_.emplace(user, person);
    if (is_new || known->second == person) return;
    problems_.warning(
        at, "os-user-twice",
        fmt::format("{} and {} share the OS user \"{}\"", known->second, person, user),
        "who runs cannot be told apart: give each person a login");
  }

 private:
  JsonProblems& problems_;
  std::set<std::string> principals_;
  std::set<std::string> names_;
  std::map<std::string, std::string> keys_;
  std::map<std::string, std::string> os_users_;
};

std::string read_time(ObjectReader& object, std::string_view key) {
  const JsonValue* value = object.find(key);
  if (value == nullptr) return {};
  std::string text = mapping::read_text(*value, object.problems());
  if (value->is_string() && !codec::utc_time_from_text(text)) {
    object.problems().error(*value, "bad-time", fmt::format("\"{}\" is not a time of UTC", key),
                            "write it like \"2026-11-22T13:30:00Z\", with the Z");
  }
  return text;
}

std::optional<Key> read_key(const JsonValue& value, JsonProblems& problems) {
  ObjectReader object(value, shapes::kKey, problems);
  if (!object.is_object()) return std::nullopt;
  const std::string line = object.required_text("public_key");
  const std::string after = read_time(object, "valid_after");
  const std::string before = read_time(object, "valid_before");
  if (!after.empty() && !before.empty() && before <= after) {
    problems.error(*object.find("valid_before"), "bad-time",
                   "\"valid_before\" is not later than \"valid_after\"");
  }
  if (line.empty()) return std::nullopt;
  auto read = read_public_key(line);
  if (const auto* problem = std::get_if<KeyProblem>(&read)) {
    problems.error(*object.find("public_key"), "bad-key", problem->message, problem->action);
    return std::nullopt;
  }
  Key key = std::get<Key>(std::move(read));
  key.valid_after = after;
  key.valid_before = before;
  return key;
}

void read_groups(ObjectReader& object, Person& person) {
  person.groups = distinct_texts(object, "groups");
  for (const JsonValue& item : object.items("groups")) {
    if (item.is_string()) check_name(item, item.as_string(), object.problems());
  }
}

void check_one_line(const JsonValue* at, JsonProblems& problems) {
  if (at == nullptr || !at->is_string()) return;
  const std::string& text = at->as_string();
  const bool has_control = std::ranges::any_of(
      text, [](char c) { return static_cast<unsigned char>(c) < 0x20 || c == 0x7f; });
  if (has_control) {
    problems.error(*at, "bad-text", "control characters and line ends do not belong here");
  }
}

Person read_person(const JsonValue& value, People& people, JsonProblems& problems) {
  ObjectReader object(value, shapes::kPerson, problems);
  Person person;
  if (!object.is_object()) return person;
  person.name = object.required_text("name");
  person.principal = object.required_text("principal");
  person.role = object.required_text("role");
  person.contact = object.required_text("contact");
  for (const std::string_view key : {"name", "role", "contact"}) {
    check_one_line(object.find(key), problems);
  }
  if (!person.principal.empty()) people.add_principal(*object.find("principal"), person.principal);
  if (!person.name.empty()) people.add_name(*object.find("name"), person.name);
  read_groups(object, person);
  person.os_users = distinct_texts(object, "os_users");
  for (const JsonValue& item : object.items("os_users")) {
    if (item.is_string()) people.add_os_user(item, item.as_string(), person.name);
  }
  person.database_roles = distinct_texts(object, "database_roles");
  for (const JsonValue& item : object.items("keys")) {
    auto key = read_key(item, problems);
    if (!key) continue;
    people.add_key(item, key->blob, person.name);
    person.keys.push_back(std::move(*key));
  }
  return person;
}

}  // namespace

void read_people(ObjectReader& root, Policy& policy) {
  const JsonValue* value = root.required("people");
  if (value == nullptr) return;
  People people(root.problems());
  for (const JsonValue& item : root.items("people")) {
    policy.people.push_back(read_person(item, people, root.problems()));
  }
  if (value->is_array() && value->items().empty()) {
    root.problems().error(*value, "nobody", "there are no people who could decide anything");
  }
}

void read_revoked(ObjectReader& root, Policy& policy) {
  for (const JsonValue& item : root.items("revoked")) {
    const std::string line = mapping::read_text(item, root.problems());
    if (!item.is_string()) continue;
    auto read = read_public_key(line);
    if (const auto* problem = std::get_if<KeyProblem>(&read)) {
      root.problems().error(item, "bad-key", problem->message, problem->action);
      continue;
    }
    const Key& key = policy.revoked.emplace_back(std::get<Key>(std::move(read)));
    for (const Person& person : policy.people) {
      if (std::ranges::find(person.keys, key.blob, &Key::blob) == person.keys.end()) continue;
      root.problems().error(item, "key-revoked",
                            fmt::format("{} is to sign by this key, which is revoked", person.name),
                            "take it away from the person's keys");
    }
  }
}

}  // namespace sluice::policy
