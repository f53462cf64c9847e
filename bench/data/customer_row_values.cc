#include <array>
#include <limits>
#include <string_view>

#include "customer_row.h"
#include "words.h"

namespace sluice::demo_data {
namespace {

constexpr std::int64_t kDay = 86400;

/// 123456 cents as the old program printed it: "1.234,56".
std::string german_amount(std::int64_t cents) {
  const auto size = static_cast<std::uint64_t>(cents < 0 ? -cents : cents);
  std::string digits = std::to_string(size / 100);
  for (std::size_t at = digits.size(); at > 3; at -= 3) digits.insert(at - 3, ".");
  const std::string fraction = std::to_string(100 + size % 100).substr(1);
  return (cents < 0 ? "-" : "") + digits + "," + fraction;
}

/// "dd.mm.yyyy" of a day.
std::string german_date(std::int64_t seconds) {
  std::string iso;
  append_date(iso, seconds);
  return iso.substr(8, 2) + "." + iso.substr(5, 2) + "." + iso.substr(0, 4);
}

std::string hex_digits(Random& random, std::size_t bytes) {
  static constexpr std::string_view kDigits = "0123456789abcdef";
  std::string hex;
  for (std::size_t i = 0; i < 2 * bytes; ++i) hex += kDigits[random.below(16)];
  return hex;
}

}  // namespace

std::string CustomerRow::balance_text() {
  static constexpr auto kNotNumbers = std::to_array<std::string_view>(
      {"n/a", "??", "1234.50", "12,5,0", "EUR 5", "12,00-", "1.23.456,00"});
  if (has(CustomerOddity::balance_not_a_number)) return std::string(random_.pick(kNotNumbers));
  const std::int64_t cents = random_.between(-50'000, 2'000'000);
  if (has(CustomerOddity::balance_too_precise)) return german_amount(cents) + "25";
  return german_amount(cents);
}

void CustomerRow::money(TsvWriter& out) {
  if (has(CustomerOddity::credit_negative)) {
    out.decimal(-random_.between(100, 50'000'00), 2);
  } else if (random_.percent(15)) {
    out.null();
  } else {
    out.decimal(random_.between(0, 200) * 250'00, 2);
  }
  out.text(has(CustomerOddity::balance_blank) ? "" : balance_text());
}

void CustomerRow::first_order(TsvWriter& out) {
  static constexpr auto kImpossible =
      std::to_array<std::string_view>({"31.02.2009", "1.3.99", "12/24/2007", "32.01.2011", "soon"});
  if (has(CustomerOddity::first_order_impossible)) return out.text(random_.pick(kImpossible));
  if (has(CustomerOddity::first_order_blank)) return out.text("");
  if (has(CustomerOddity::first_order_zero)) return out.text("00.00.0000");
  const std::int64_t begin = seconds_from_civil(1999, 1, 1);
  out.text(german_date(begin + random_.between(0, 9000) * kDay));
}

void CustomerRow::birthday(TsvWriter& out) {
  static constexpr auto kPartZero =
      std::to_array<std::string_view>({"1984-00-00", "1971-05-00", "0000-12-24", "1990-00-17"});
  if (has(CustomerOddity::birthday_zero)) return out.text("0000-00-00");
  if (has(CustomerOddity::birthday_part_zero)) return out.text(random_.pick(kPartZero));
  if (has(CustomerOddity::birthday_impossible)) return out.text("1978-02-30");
  const std::int64_t day = random_.between(0, 18'000) * kDay;
  if (has(CustomerOddity::birthday_before_1900)) {
    return out.date(seconds_from_civil(1848, 3, 13) + day);
  }
  if (has(CustomerOddity::birthday_year_1000)) return out.text("1000-01-01");
  if (has(CustomerOddity::birthday_future)) return out.text("2087-06-05");
  if (random_.percent(35)) return out.null();
  out.date(seconds_from_civil(1944, 1, 1) + day);
}

void CustomerRow::contract(TsvWriter& out) {
  if (has(CustomerOddity::contract_open_end)) return out.text("9999-12-31");
  if (has(CustomerOddity::contract_year_1000)) return out.text("1000-01-01");
  if (random_.percent(50)) return out.null();
  out.date(seconds_from_civil(2008, 1, 1) + random_.between(0, 8'000) * kDay);
}

void CustomerRow::history(TsvWriter& out) {
  const std::int64_t begin = seconds_from_civil(2000, 1, 1);
  std::int64_t created = begin + random_.between(0, 720'000'000);
  const std::int64_t updated = created + random_.between(0, 40'000'000);
  if (has(CustomerOddity::created_epoch)) created = 0;
  // Day 0 of the spreadsheet that somebody imported.
  if (has(CustomerOddity::created_1899)) created = seconds_from_civil(1899, 12, 30);
  out.datetime(created);
  if (random_.percent(10)) {
    out.null();
  } else {
    out.datetime(updated);
  }
  if (has(CustomerOddity::last_contact_zero)) {
    out.text("0000-00-00 00:00:00");
  } else if (random_.percent(30)) {
    out.null();
  } else {
    out.datetime(updated - random_.between(0, 30'000'000));
  }
}

void CustomerRow::flags(TsvWriter& out) {
  static constexpr auto kNewsletter =
      std::to_array<std::string_view>({"Y", "Y", "Y", "N", "N", "N", "y", "n", "1", "0", ""});
  if (random_.percent(10)) {
    out.null();
  } else {
    out.text(random_.pick(kNewsletter));
  }
  out.boolean(random_.percent(4));
  out.boolean(has(CustomerOddity::soft_deleted));
}

void CustomerRow::rating(TsvWriter& out) {
  static constexpr std::array<double, 4> kExtreme = {
      std::numeric_limits<double>::max(), std::numeric_limits<double>::min(), 0.1 + 0.2, 1e-300};
  if (has(CustomerOddity::rating_negative_zero)) return out.real(-0.0);
  if (has(CustomerOddity::rating_extreme)) return out.real(random_.pick(kExtreme));
  if (random_.percent(25)) return out.null();
  out.real(static_cast<double>(random_.between(0, 5000)) / 1000.0);
}

void CustomerRow::parent(TsvWriter& out) {
  static constexpr auto kTaxShapes = std::to_array<std::string_view>(
      {"DE999999999", "ATU99999999", "de 999 999 999", "GB999 9999 99"});
  if (random_.percent(30)) {
    std::string tax(random_.pick(kTaxShapes));
    for (char& c : tax) {
      if (c == '9') c = static_cast<char>('0' + random_.below(10));
    }
    out.text(tax);
  } else if (random_.percent(50)) {
    out.null();
  } else {
    out.text("");
  }
  if (!has(CustomerOddity::merged_account)) return out.null();
  std::uint64_t other = table_.referable_from(random_.next() % table_.rows());
  if (other == index_) other = table_.referable_from(other + 1);
  out.integer(table_.id(other));
}

void CustomerRow::attributes(TsvWriter& out) {
  static constexpr auto kSegments =
      std::to_array<std::string_view>({"retail", "b2b", "public", "ngo"});
  if (has(CustomerOddity::json_duplicate_key))
    return out.text(R"({"segment": "b2b", "segment": "ngo"})");
  if (has(CustomerOddity::json_nul_escape))
    return out.text(R"({"segment": "b2b", "memo": "a\u0000b"})");
  if (has(CustomerOddity::json_huge_number))
    return out.text(R"({"segment": "b2b", "score": 1e200000})");
  if (has(CustomerOddity::json_bad_number)) {
    // MariaDB 10.11 takes "1." for JSON; PostgreSQL and the standard do not.
    return out.text(out.engine() == Engine::mariadb ? R"({"segment": "b2b", "score": 1.})"
                                                    : R"({"segment": "b2b", "score": 1.0})");
  }
  if (has(CustomerOddity::json_odd_numbers)) {
    return out.text(
        R"({"b": 1.10, "a": 1e2, "zero": -0, "long": 12345678901234567890.000000000001})");
  }
  if (has(CustomerOddity::json_unicode)) {
    return out.text("{ \"memo\":\"Stra\\u00dfe \u2192 \\ud83d\\ude80 \\\"ok\\\"\\n\",\"\":[] }");
  }
  const std::uint32_t roll = random_.below(100);
  if (roll < 8) return out.null();
  if (roll < 12) return out.text("{}");
  std::string json = R"({"segment":")" + std::string(random_.pick(kSegments)) + R"(","visits":)";
  json += std::to_string(random_.between(0, 400));
  json += R"(,"score": )";
  append_decimal(json, random_.between(-500, 9999), 2);
  if (roll < 50)
    json += R"(, "tags": ["vip", "fair-)" + std::to_string(random_.between(2004, 2023)) + "\"]";
  out.text(json + "}");
}

void CustomerRow::origin(TsvWriter& out) {
  // UTF-8 that a program once read as Latin-1 and stored again: "Muenchen", "Cafe", "Strasse"
  // garbled.
  static constexpr auto kMojibake = std::to_array<std::string_view>(
      {"Messe M\u00c3\u00bcnchen", "Caf\u00c3\u00a9 Central", "Hauptstra\u00c3\u0178e 7"});
  static constexpr auto kOrigins = std::to_array<std::string_view>(
      {"web", "fair", "phone", "import 2009", "Empfehlung M\u00fcller"});
  if (has(CustomerOddity::origin_mojibake)) return out.text(random_.pick(kMojibake));
  out.text(random_.pick(kOrigins));
}

void CustomerRow::avatar(TsvWriter& out) {
  constexpr std::size_t kSha1Bytes = 20;
  if (random_.percent(80)) return out.null();
  out.binary(hex_digits(random_, kSha1Bytes));
}

std::string CustomerRow::long_notes(std::size_t bytes) {
  std::string text;
  text.reserve(bytes + 100);
  while (text.size() < bytes) {
    text += random_.pick(words::note_sentences());
    text += '\n';
  }
  text.resize(bytes);
  return text;
}

void CustomerRow::notes(TsvWriter& out) {
  if (has(CustomerOddity::notes_64_kib)) return out.text(long_notes(std::size_t{64} << 10U));
  if (has(CustomerOddity::notes_1_mib)) return out.text(long_notes(std::size_t{1} << 20U));
  if (has(CustomerOddity::notes_null_text)) return out.text("NULL");
  if (has(CustomerOddity::notes_control_characters))
    return out.text("fax \x01\x1b[0m\x7f\xc2\x85 end");
  if (has(CustomerOddity::notes_crlf))
    return out.text("Called.\r\nNo answer.\r\n\r\n-- \r\nAda\t(sales)");
  if (has(CustomerOddity::notes_nul_byte) && out.engine() == Engine::mariadb) {
    return out.text(std::string_view("scan\0ner", 8));
  }
  const std::uint32_t roll = random_.below(100);
  if (roll < 30) return out.null();
  if (roll < 45) return out.text("");
  std::string text;
  for (std::uint32_t i = 0; i <= roll % 5; ++i) {
    if (i > 0) text += ' ';
    text += random_.pick(words::note_sentences());
  }
  out.text(text);
}

}  // namespace sluice::demo_data
