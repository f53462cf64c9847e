#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "oddity.h"

namespace sluice::demo_data {

// X(name, period, slot, fate): see OddityRule. One list for the names, the numbers and the table.
// The periods send about 0.5 % of the rows to quarantine and keep each oddity below 3 %.
#define SLUICE_CUSTOMER_ODDITIES(X)                         \
  X(soft_deleted, 200, row, filtered)                       \
  X(status_unknown, 500, status, quarantined)               \
  X(name_missing, 2000, name, quarantined)                  \
  X(birthday_part_zero, 1000, birthday, quarantined)        \
  X(birthday_impossible, 20000, birthday, quarantined)      \
  X(balance_not_a_number, 2500, balance, quarantined)       \
  X(balance_too_precise, 10000, balance, quarantined)       \
  X(first_order_impossible, 4000, first_order, quarantined) \
  X(city_too_long, 10000, city, quarantined)                \
  X(plan_unknown, 10000, plan, quarantined)                 \
  X(json_nul_escape, 20000, json, quarantined)              \
  X(json_huge_number, 20000, json, quarantined)             \
  X(customer_no_duplicate, 5000, number, quarantined)       \
  X(notes_nul_byte, 20000, notes, quarantined_mariadb)      \
  X(json_bad_number, 20000, json, quarantined_mariadb)      \
  X(company_in_first_name, 120, name, arrives)              \
  X(first_name_only, 150, name, arrives)                    \
  X(last_name_only, 400, name, arrives)                     \
  X(title_in_first_name, 150, name, arrives)                \
  X(name_outer_spaces, 100, name, arrives)                  \
  X(name_double_space, 300, name, arrives)                  \
  X(name_upper_case, 200, name, arrives)                    \
  X(name_combining, 1000, name, arrives)                    \
  X(name_right_to_left, 800, name, arrives)                 \
  X(name_cjk, 500, name, arrives)                           \
  X(name_emoji, 2000, name, arrives)                        \
  X(name_apostrophe, 150, name, arrives)                    \
  X(name_backslash, 5000, name, arrives)                    \
  X(name_quotes, 2500, name, arrives)                       \
  X(name_no_break_space, 3000, name, arrives)               \
  X(name_null_text, 10000, name, arrives)                   \
  X(name_very_long, 10000, name, arrives)                   \
  X(email_null, 80, email, arrives)                         \
  X(email_blank, 60, email, arrives)                        \
  X(email_duplicate, 70, email, arrives)                    \
  X(email_mixed_case, 40, email, arrives)                   \
  X(email_two_addresses, 1500, email, arrives)              \
  X(email_trailing_space, 700, email, arrives)              \
  X(email_null_text, 5000, email, arrives)                  \
  X(company_null_text, 2500, company, arrives)              \
  X(company_backslash, 2000, company, arrives)              \
  X(street_newline, 400, street, arrives)                   \
  X(street_tab, 3000, street, arrives)                      \
  X(phone_too_long, 250, phone, arrives)                    \
  X(status_trailing_space, 1000, status, arrives)           \
  X(country_odd, 300, country, arrives)                     \
  X(birthday_zero, 40, birthday, arrives)                   \
  X(birthday_before_1900, 1000, birthday, arrives)          \
  X(birthday_year_1000, 20000, birthday, arrives)           \
  X(birthday_future, 5000, birthday, arrives)               \
  X(contract_open_end, 50, contract, arrives)               \
  X(contract_year_1000, 20000, contract, arrives)           \
  X(created_epoch, 500, created, arrives)                   \
  X(created_1899, 5000, created, arrives)                   \
  X(last_contact_zero, 40, last_contact, arrives)           \
  X(balance_blank, 50, balance, arrives)                    \
  X(first_order_blank, 50, first_order, arrives)            \
  X(first_order_zero, 100, first_order, arrives)            \
  X(credit_negative, 300, credit, arrives)                  \
  X(rating_negative_zero, 5000, rating, arrives)            \
  X(rating_extreme, 10000, rating, arrives)                 \
  X(customer_no_trailing_space, 3000, number, arrives)      \
  X(merged_account, 80, parent, arrives)                    \
  X(json_duplicate_key, 20000, json, arrives)               \
  X(json_odd_numbers, 100, json, arrives)                   \
  X(json_unicode, 100, json, arrives)                       \
  X(origin_mojibake, 200, origin, arrives)                  \
  X(notes_crlf, 50, notes, arrives)                         \
  X(notes_control_characters, 5000, notes, arrives)         \
  X(notes_null_text, 5000, notes, arrives)                  \
  X(notes_64_kib, 1000, notes, arrives)                     \
  X(notes_1_mib, 50000, notes, arrives)

/// Which awkward things a customer can have.
enum class CustomerOddity : std::uint8_t {
#define SLUICE_NAME(name, period, slot, fate) name,
  SLUICE_CUSTOMER_ODDITIES(SLUICE_NAME)
#undef SLUICE_NAME
};

/// Which part of a customer an oddity is about: a part has at most one.
enum class CustomerSlot : std::uint8_t {
  row,
  name,
  email,
  company,
  street,
  phone,
  city,
  country,
  status,
  plan,
  birthday,
  contract,
  created,
  last_contact,
  balance,
  first_order,
  credit,
  rating,
  number,
  parent,
  json,
  origin,
  notes,
};

inline constexpr std::array kCustomerRules = {
#define SLUICE_RULE(name, period, slot, fate) \
  OddityRule{#name, period, static_cast<std::uint8_t>(CustomerSlot::slot), Fate::fate},
    SLUICE_CUSTOMER_ODDITIES(SLUICE_RULE)
#undef SLUICE_RULE
};

}  // namespace sluice::demo_data
