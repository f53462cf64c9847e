// What other tests and the demo rely on: equal bytes for equal arguments, and a summary that is
// true of the files.
#include <cstdlib>
#include <filesystem>
#include <fstream>
#include <map>
#include <set>
#include <sstream>
#include <string>
#include <string_view>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "customer_rules.h"
#include "generate.h"

namespace sluice::demo_data {
namespace {

namespace fs = std::filesystem;

class Folder {
 public:
  Folder() {
    std::string path = (fs::temp_directory_path() / "demo_data_XXXXXX").string();
    REQUIRE(mkdtemp(path.data()) != nullptr);
    path_ = path;
  }
  ~Folder() {
    std::error_code ignored;
    fs::remove_all(path_, ignored);
  }
  Folder(const Folder&) = delete;
  Folder& operator=(const Folder&) = delete;

  [[nodiscard]] const fs::path& path() const { return path_; }
  [[nodiscard]] std::string read(const std::string& name) const {
    std::ifstream file(path_ / name, std::ios::binary);
    std::ostringstream text;
    text << file.rdbuf();
    return text.str();
  }

  /// Cells as they lie in the file, escapes and all.
  [[nodiscard]] std::vector<std::vector<std::string>> rows(const std::string& table) const {
    std::vector<std::vector<std::string>> result;
    std::istringstream lines(read(table + ".tsv"));
    for (std::string line; std::getline(lines, line);) {
      std::vector<std::string> cells;
      std::istringstream parts(line + '\t');
      for (std::string cell; std::getline(parts, cell, '\t');) cells.push_back(cell);
      result.push_back(cells);
    }
    return result;
  }

 private:
  fs::path path_;
};

/// Places in sql/legacy_crm.*.sql.
constexpr std::size_t kId = 0;
constexpr std::size_t kNumber = 1;
constexpr std::size_t kStatus = 13;
constexpr std::size_t kBirthday = 18;
constexpr std::size_t kLastContact = 22;
constexpr std::size_t kDeleted = 25;
constexpr std::size_t kParent = 28;
constexpr std::size_t kAttributes = 29;
constexpr std::size_t kAvatar = 31;
constexpr std::size_t kNotes = 32;
constexpr std::size_t kCustomerColumns = 33;

std::uint64_t fnv1a(std::uint64_t hash, const std::string& bytes) {
  for (const char c : bytes) hash = (hash ^ static_cast<unsigned char>(c)) * 1099511628211U;
  return hash;
}

std::uint64_t hash_of_files(const fs::path& folder, const Folder& files) {
  std::set<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder)) names.insert(entry.path().filename());
  std::uint64_t hash = 14695981039346656037U;
  for (const std::string& name : names) hash = fnv1a(fnv1a(hash, name), files.read(name));
  return hash;
}

/// The number that follows "name": at its first place after "section".
std::uint64_t number_in(const std::string& summary, const std::string& section,
                        const std::string& name) {
  const std::size_t start = summary.find("\"" + section + "\": {");
  REQUIRE(start != std::string::npos);
  const std::string key = "\"" + name + "\": ";
  const std::size_t place = summary.find(key, start);
  REQUIRE(place != std::string::npos);
  return std::stoull(summary.substr(place + key.size()));
}

std::string generate(const Folder& folder, Engine engine, std::uint64_t seed, std::uint64_t rows) {
  return generate_legacy_crm({engine, seed, rows, folder.path()});
}

}  // namespace

TEST_CASE("the same arguments give the same bytes with every compiler") {
  const Folder maria;
  const Folder postgres;
  const Folder wide;
  generate(maria, Engine::mariadb, 7, 3000);
  generate(postgres, Engine::postgresql, 7, 3000);
  static_cast<void>(generate_wide({Engine::mariadb, 7, 500, wide.path()}));
  // Change these only together with what the generator draws.
  CHECK(hash_of_files(maria.path(), maria) == 0x63ad8be8215d39dfU);
  CHECK(hash_of_files(postgres.path(), postgres) == 0xfacb71eed623cf70U);
  CHECK(hash_of_files(wide.path(), wide) == 0x58e2d60b161ac1a3U);
}

TEST_CASE("another seed gives other rows") {
  const Folder one;
  const Folder two;
  generate(one, Engine::mariadb, 1, 200);
  generate(two, Engine::mariadb, 2, 200);
  CHECK(one.read("customers.tsv") != two.read("customers.tsv"));
}

TEST_CASE("the summary counts what is in the files") {
  const Folder folder;
  const std::string summary = generate(folder, Engine::mariadb, 3, 20'000);
  for (const char* table :
       {"customers", "orders", "order_items", "refunds", "invoices", "events", "sessions"}) {
    CAPTURE(table);
    CHECK(number_in(summary.substr(summary.find("\"tables\"")), table, "rows") ==
          folder.rows(table).size());
  }
  std::map<std::string, std::uint64_t> statuses;
  std::uint64_t deleted = 0;
  std::uint64_t unknown_birthdays = 0;
  std::uint64_t zero_contacts = 0;
  std::uint64_t merged = 0;
  for (const auto& row : folder.rows("customers")) {
    REQUIRE(row.size() == kCustomerColumns);
    ++statuses[row[kStatus]];
    deleted += row[kDeleted] == "1" ? 1U : 0U;
    unknown_birthdays += row[kBirthday] == "0000-00-00" ? 1U : 0U;
    zero_contacts += row[kLastContact] == "0000-00-00 00:00:00" ? 1U : 0U;
    merged += row[kParent] != "\\N" ? 1U : 0U;
  }
  CHECK(number_in(summary, "oddities", "soft_deleted") == deleted);
  CHECK(number_in(summary, "oddities", "birthday_zero") == unknown_birthdays);
  CHECK(number_in(summary, "oddities", "last_contact_zero") == zero_contacts);
  CHECK(number_in(summary, "oddities", "merged_account") == merged);
  CHECK(number_in(summary, "customers_by_status", "active") == statuses["active"]);
  CHECK(number_in(summary, "customers_by_status", "ACTIVE ") == statuses["ACTIVE "]);
  CHECK(number_in(summary, "customers_by_status", "NULL") == statuses["\\N"]);
}

TEST_CASE(
    "of two customers with one number both are expected in quarantine, and nobody refers to them") {
  const Folder folder;
  const std::string summary = generate(folder, Engine::mariadb, 3, 20'000);
  std::map<std::string, std::vector<std::string>> ids_by_number;
  for (const auto& row : folder.rows("customers")) {
    ids_by_number[row[kNumber].substr(0, row[kNumber].find(' '))].push_back(row[kId]);
  }
  std::set<std::string> collide;
  for (const auto& [number, ids] : ids_by_number) {
    if (ids.size() > 1) collide.insert(ids.begin(), ids.end());
  }
  const std::uint64_t pairs = number_in(summary, "oddities", "customer_no_duplicate");
  CHECK(pairs > 0);
  CHECK(collide.size() == 2 * pairs);

  std::uint64_t expected = pairs;  // the rows that are repeated, to which no rule belongs
  for (const OddityRule& rule : kCustomerRules) {
    if (rule.fate == Fate::quarantined || rule.fate == Fate::quarantined_mariadb) {
      expected += number_in(summary, "oddities", std::string(rule.name));
    }
  }
  const std::string account = summary.substr(summary.find("\"expected\""));
  CHECK(number_in(account, "customers", "quarantined") == expected);
  for (const auto& row : folder.rows("orders")) REQUIRE(!collide.contains(row[1]));
  for (const auto& row : folder.rows("customers")) REQUIRE(!collide.contains(row[kParent]));
}

TEST_CASE("every frequent oddity is there from a few thousand customers on") {
  const Folder folder;
  const std::string summary = generate(folder, Engine::mariadb, 1, 20'000);
  for (const char* name :
       {"status_unknown", "name_missing", "birthday_part_zero", "json_duplicate_key",
        "customer_no_duplicate", "notes_nul_byte", "city_too_long", "notes_64_kib"}) {
    CAPTURE(name);
    CHECK(number_in(summary, "oddities", name) > 0);
  }
}

TEST_CASE(
    "both engines get the same customers, but for binary values and what only MariaDB can hold") {
  const Folder maria;
  const Folder postgres;
  const std::string summary = generate(maria, Engine::mariadb, 5, 40'000);
  static_cast<void>(generate(postgres, Engine::postgresql, 5, 40'000));
  const auto left = maria.rows("customers");
  const auto right = postgres.rows("customers");
  REQUIRE(left.size() == right.size());
  std::uint64_t different = 0;
  for (std::size_t i = 0; i < left.size(); ++i) {
    for (std::size_t column = 0; column < kCustomerColumns; ++column) {
      if (column == kAvatar) continue;
      if (left[i][column] == right[i][column]) continue;
      REQUIRE((column == kAttributes || column == kNotes));
      ++different;
    }
  }
  CHECK(different > 0);
  CHECK(different == number_in(summary, "oddities", "notes_nul_byte") +
                         number_in(summary, "oddities", "json_bad_number"));
  CHECK(maria.read("orders.tsv") == postgres.read("orders.tsv"));
  CHECK(maria.read("invoices.tsv") == postgres.read("invoices.tsv"));
}

TEST_CASE("keys ascend, and nothing refers to a row that does not arrive") {
  const Folder folder;
  generate(folder, Engine::mariadb, 11, 20'000);
  std::set<std::string> good_customers;
  std::map<std::string, int> uses_of_number;
  const auto customers = folder.rows("customers");
  for (const auto& row : customers) ++uses_of_number[row[kNumber]];
  std::int64_t last = 0;
  for (const auto& row : customers) {
    REQUIRE(std::stoll(row[kId]) > last);
    last = std::stoll(row[kId]);
    if (row[kDeleted] == "0" && uses_of_number[row[kNumber]] == 1) good_customers.insert(row[kId]);
  }
  CHECK(last > std::int64_t{1} << 31U);
  CHECK(last < std::int64_t{1} << 32U);
  for (const auto& row : customers) {
    if (row[kParent] != "\\N") REQUIRE(good_customers.contains(row[kParent]));
  }
  std::set<std::string> good_orders;
  const std::set<std::string> known = {"new", "paid", "shipped", "cancelled", "returned"};
  for (const auto& row : folder.rows("orders")) {
    REQUIRE(good_customers.contains(row[1]));
    if (known.contains(row[2])) good_orders.insert(row[0]);
  }
  std::set<std::string> item_keys;
  for (const auto& row : folder.rows("order_items")) {
    REQUIRE(good_orders.contains(row[0]));
    REQUIRE(item_keys.insert(row[0] + ":" + row[1]).second);
  }
  for (const auto& row : folder.rows("refunds")) REQUIRE(good_orders.contains(row[1]));
  std::set<std::string> uuids;
  for (const auto& row : folder.rows("invoices")) {
    REQUIRE(good_orders.contains(row[1]));
    REQUIRE(uuids.insert(row[0]).second);
  }
}

/// The length of the UTF-8 character at `at`; 0 where there is none. Strict enough for words.cc.
std::size_t character(std::string_view text, std::size_t at) {
  const auto lead = static_cast<unsigned char>(text[at]);
  const std::size_t size = lead < 0x80   ? 1
                           : lead < 0xc2 ? 0
                           : lead < 0xe0 ? 2
                           : lead < 0xf0 ? 3
                                         : 4;
  for (std::size_t i = 1; i < size; ++i) {
    if (at + i >= text.size() || (static_cast<unsigned char>(text[at + i]) & 0xc0U) != 0x80)
      return 0;
  }
  return size;
}

TEST_CASE("all text is UTF-8") {
  const Folder folder;
  static_cast<void>(generate(folder, Engine::postgresql, 4, 20'000));
  for (const char* table : {"customers", "orders", "order_items", "refunds", "events"}) {
    CAPTURE(table);
    const std::string text = folder.read(std::string(table) + ".tsv");
    for (std::size_t at = 0, size = 0; at < text.size(); at += size) {
      size = character(text, at);
      if (size == 0) FAIL("broken character at byte " << at);
    }
  }
}

TEST_CASE("a folder that is not there is an error with the name of the file") {
  CHECK_THROWS_AS(generate_legacy_crm({Engine::mariadb, 1, 200, "/nonexistent/folder"}),
                  std::runtime_error);
}

}  // namespace sluice::demo_data
