#include "customer_row.h"

#include <array>
#include <string_view>

#include "words.h"

namespace sluice::demo_data {
namespace {

std::string customer_number(std::uint64_t index) {
  std::string digits = std::to_string(index + 1);
  if (digits.size() < 7) digits.insert(0, 7 - digits.size(), '0');
  return "K" + digits;
}

/// ASCII letters only: what a caps-lock key and an old strtoupper() agree on.
std::string upper(std::string text) {
  for (char& c : text) {
    if (c >= 'a' && c <= 'z') c = static_cast<char>(c - 'a' + 'A');
  }
  return text;
}

/// '9' becomes a digit, 'X' a letter, all else stays.
std::string fill_shape(std::string_view shape, Random& random) {
  std::string text;
  for (const char c : shape) {
    if (c == '9') {
      text += static_cast<char>('0' + random.below(10));
    } else if (c == 'X') {
      text += static_cast<char>('A' + random.below(26));
    } else {
      text += c;
    }
  }
  return text;
}

/// The old program stored "nothing" in two ways, whichever screen the row came from.
void nothing(TsvWriter& out, Random& random) {
  if (random.percent(60)) {
    out.null();
  } else {
    out.text("");
  }
}

}  // namespace

CustomerRow::CustomerRow(const Customers& table, std::uint64_t index)
    : table_(table),
      index_(index),
      odd_(table.oddities(index)),
      random_(table.seed(), Stream::customer, index),
      person_(table.person(index)) {}

void CustomerRow::write(TsvWriter& out) {
  key(out);
  name(out);
  company(out);
  email(out);
  phone(out);
  address(out);
  status_and_plan(out);
  money(out);
  first_order(out);
  birthday(out);
  contract(out);
  history(out);
  flags(out);
  rating(out);
  parent(out);
  attributes(out);
  origin(out);
  avatar(out);
  notes(out);
  out.end_row();
}

void CustomerRow::key(TsvWriter& out) {
  out.integer(table_.id(index_));
  const bool repeats = has(CustomerOddity::customer_no_duplicate);
  std::string number = customer_number(repeats ? index_ - 1 : index_);
  if (has(CustomerOddity::customer_no_trailing_space)) number += ' ';
  out.text(number);
}

std::string CustomerRow::company_name() {
  std::string company(random_.pick(words::company_heads()));
  company += ' ';
  company += random_.pick(words::company_tails());
  return company;
}

void CustomerRow::name(TsvWriter& out) {
  std::string title;
  if (random_.percent(10)) title = random_.pick(words::titles());
  std::string first = person_.first;
  std::string last = person_.last;
  spell_name(title, first, last);
  if (title.empty()) {
    nothing(out, random_);
  } else {
    out.text(title);
  }
  for (const std::string& part : {first, last}) {
    if (part.empty()) {
      nothing(out, random_);
    } else {
      out.text(part);
    }
  }
}

void CustomerRow::spell_name(std::string& title, std::string& first, std::string& last) {
  if (has(CustomerOddity::name_missing)) {
    title.clear();
    first = random_.percent(50) ? "" : "  ";
    last = random_.percent(50) ? "" : " ";
  } else if (has(CustomerOddity::company_in_first_name)) {
    title.clear();
    first = company_name();
    last.clear();
  } else if (has(CustomerOddity::first_name_only)) {
    last.clear();
  } else if (has(CustomerOddity::last_name_only)) {
    first.clear();
  } else if (has(CustomerOddity::title_in_first_name)) {
    title.clear();
    first.insert(0, std::string(random_.pick(words::titles())) + " ");
  } else if (has(CustomerOddity::name_outer_spaces)) {
    first.insert(0, random_.percent(50) ? 1 : 2, ' ');
    last += ' ';
  } else if (has(CustomerOddity::name_double_space)) {
    first += "  " + std::string(random_.pick(words::first_names()));
  } else {
    odd_name(title, first, last);
  }
}

void CustomerRow::odd_name(std::string& title, std::string& first, std::string& last) {
  if (has(CustomerOddity::name_upper_case)) {
    first = upper(first);
    last = upper(last);
  } else if (has(CustomerOddity::name_apostrophe)) {
    last = random_.pick(words::apostrophe_names());
  } else if (has(CustomerOddity::name_backslash)) {
    last += "\\" + upper(last);
  } else if (has(CustomerOddity::name_quotes)) {
    first += " \"" + upper(last.substr(0, last.find(' '))) + "\"";
  } else if (has(CustomerOddity::name_no_break_space)) {
    last.insert(0, "de\u00a0");
  } else if (has(CustomerOddity::name_null_text)) {
    title.clear();
    last = "NULL";
  } else if (has(CustomerOddity::name_very_long)) {
    last = std::string(39, 'a') + "-" + std::string(40, 'b');
  } else {
    foreign_name(first, last);
  }
}

void CustomerRow::foreign_name(std::string& first, std::string& last) {
  if (has(CustomerOddity::name_combining)) {
    first = random_.pick(words::combining_names());
  } else if (has(CustomerOddity::name_right_to_left)) {
    first = random_.pick(words::right_to_left_names());
    last.clear();
  } else if (has(CustomerOddity::name_cjk)) {
    first.clear();
    last = random_.pick(words::cjk_names());
  } else if (has(CustomerOddity::name_emoji)) {
    first = random_.pick(words::emoji_names());
  }
}

void CustomerRow::company(TsvWriter& out) {
  if (has(CustomerOddity::company_null_text)) {
    out.text("NULL");
  } else if (has(CustomerOddity::company_backslash)) {
    out.text("ACME\\Sales\\" + company_name());
  } else if (random_.percent(30) && !has(CustomerOddity::name_missing)) {
    out.text(company_name());
  } else {
    nothing(out, random_);
  }
}

void CustomerRow::email(TsvWriter& out) {
  if (has(CustomerOddity::email_null)) return out.null();
  if (has(CustomerOddity::email_blank)) return out.text("");
  if (has(CustomerOddity::email_null_text)) return out.text("NULL");
  const bool repeats = has(CustomerOddity::email_duplicate) && index_ > 0;
  std::string address = table_.email(repeats ? index_ - 1 : index_);
  if (has(CustomerOddity::email_mixed_case)) {
    const std::size_t at = address.find('@');
    address = upper(address.substr(0, 1)) + address.substr(1, at) + upper(address.substr(at + 1));
  } else if (has(CustomerOddity::email_two_addresses)) {
    address += "; billing." + address;
  } else if (has(CustomerOddity::email_trailing_space)) {
    address += ' ';
  }
  out.text(address);
}

void CustomerRow::phone(TsvWriter& out) {
  static constexpr auto kShapes = std::to_array<std::string_view>(
      {"+49 99 9999999", "09999/99999", "+44 9999 999 999", "(999) 999-9999", "0999999999"});
  if (has(CustomerOddity::phone_too_long)) {
    const std::string number = fill_shape("+49 99 9999999", random_);
    return out.text(number + " (mornings only, ask for " + person_.first + ")");
  }
  if (random_.percent(20)) return nothing(out, random_);
  out.text(fill_shape(random_.pick(kShapes), random_));
}

void CustomerRow::address(TsvWriter& out) {
  static constexpr auto kOddCountries =
      std::to_array<std::string_view>({"", "de", "D", "UK", "??"});
  const words::City& place = random_.pick(words::cities());
  std::string street(random_.pick(words::streets()));
  street += ' ';
  street += std::to_string(random_.between(1, 240));
  if (has(CustomerOddity::street_newline)) street += "\nBackyard, 2nd floor";
  if (has(CustomerOddity::street_tab)) street += "\tc/o " + person_.last;
  out.text(street);
  out.text(fill_shape(place.zip_shape, random_));
  std::string city(place.name);
  if (has(CustomerOddity::city_too_long)) {
    city += " (delivery through the yard behind the old brewery, ring twice)";
  }
  out.text(city);
  out.text(has(CustomerOddity::country_odd) ? random_.pick(kOddCountries) : place.country);
  out.text(place.lang);
}

/// False where the status is NULL.
bool CustomerRow::draw_status() {
  static constexpr auto kUnknown =
      std::to_array<std::string_view>({"frozen?", "", "ACTIVE ", "test", "deleted"});
  const std::uint32_t roll = random_.below(100);
  if (has(CustomerOddity::status_unknown)) {
    if (roll < 15) return false;
    status_ = random_.pick(kUnknown);
  } else if (has(CustomerOddity::merged_account)) {
    status_ = "closed";
  } else if (roll < 62) {
    status_ = "active";
  } else if (roll < 76) {
    status_ = "trial";
  } else {
    status_ = roll < 84 ? "suspended" : "closed";
  }
  if (has(CustomerOddity::status_trailing_space)) status_ += ' ';
  return true;
}

void CustomerRow::status_and_plan(TsvWriter& out) {
  static constexpr auto kPlans =
      std::to_array<std::string_view>({"free", "free", "basic", "basic", "pro", "enterprise"});
  if (draw_status()) {
    out.text(status_);
  } else {
    out.null();
    status_ = "NULL";
  }
  // In MariaDB a value outside of the ENUM is stored as index 0, which reads as ''.
  out.text(has(CustomerOddity::plan_unknown) ? "" : random_.pick(kPlans));
}

}  // namespace sluice::demo_data
