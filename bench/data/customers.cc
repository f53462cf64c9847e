#include "customers.h"

#include "customer_row.h"
#include "words.h"

namespace sluice::demo_data {
namespace {

constexpr auto kDuplicateNumber = static_cast<std::size_t>(CustomerOddity::customer_no_duplicate);

/// Lower-case ASCII letters of a name; accented letters fall out, as they did in the old program.
std::string plain_letters(std::string_view name) {
  std::string letters;
  for (const char c : name) {
    if (c >= 'a' && c <= 'z') letters += c;
    if (c >= 'A' && c <= 'Z') letters += static_cast<char>(c - 'A' + 'a');
  }
  return letters;
}

}  // namespace

std::int64_t Customers::id(std::uint64_t index) const noexcept {
  constexpr std::int64_t kBlock = 10000;  // rows between two large gaps
  constexpr std::int64_t kLargeGap =
      250000;  // wider than a block, so that equal id ranges differ in rows
  constexpr std::int64_t kLateBranch = 2'600'000'000;
  const auto i = static_cast<std::int64_t>(index);
  const std::uint64_t jitter = mix(seed_ ^ mix(index)) % 3;
  const bool late = index >= rows_ - rows_ / 20;
  return 1001 + i * 3 + static_cast<std::int64_t>(jitter) + i / kBlock * kLargeGap +
         (late ? kLateBranch : 0);
}

std::size_t Customers::fateful(std::uint64_t index) const noexcept {
  const std::size_t rule = picker_.fateful(index);
  // A number counts as a duplicate only if the row it repeats arrives.
  const bool repeats_nothing =
      rule == kDuplicateNumber && (index == 0 || picker_.fateful(index - 1) != OddityPicker::kNone);
  return repeats_nothing ? OddityPicker::kNone : rule;
}

bool Customers::is_repeated(std::uint64_t index) const noexcept {
  return index + 1 < rows_ && fateful(index + 1) == kDuplicateNumber;
}

bool Customers::may_be_referenced(std::uint64_t index) const noexcept {
  return fateful(index) == OddityPicker::kNone && !is_repeated(index);
}

std::uint64_t Customers::referable_from(std::uint64_t start) const noexcept {
  std::uint64_t index = start % rows_;
  while (!may_be_referenced(index)) index = (index + 1) % rows_;
  return index;
}

OdditySet Customers::oddities(std::uint64_t index) const noexcept {
  return picker_.pick(index, fateful(index));
}

Person Customers::person(std::uint64_t index) const {
  Random random(seed_, Stream::customer_id, index);
  return {std::string(random.pick(words::first_names())),
          std::string(random.pick(words::last_names()))};
}

std::string Customers::email(std::uint64_t index) const {
  const Person who = person(index);
  Random random(seed_, Stream::customer_children, index);
  std::string address = plain_letters(who.first) + "." + plain_letters(who.last);
  address += std::to_string(id(index) % 100000);
  address += '@';
  address += random.pick(words::domains());
  return address;
}

void Customers::count(std::uint64_t index, const OdditySet& odd, Engine engine,
                      CustomerCounts& counts) const {
  bool filtered = false;
  bool quarantined = is_repeated(index);
  for (std::size_t rule = 0; rule < kCustomerRules.size(); ++rule) {
    if (!odd.test(rule)) continue;
    ++counts.oddities[rule];
    const Fate fate = kCustomerRules[rule].fate;
    filtered |= fate == Fate::filtered;
    quarantined |= fate == Fate::quarantined ||
                   (fate == Fate::quarantined_mariadb && engine == Engine::mariadb);
  }
  counts.filtered += filtered ? 1 : 0;
  counts.quarantined += quarantined ? 1 : 0;
}

CustomerCounts Customers::write(TsvWriter& out) const {
  CustomerCounts counts;
  for (std::uint64_t index = 0; index < rows_; ++index) {
    CustomerRow row(*this, index);
    row.write(out);
    count(index, row.oddities(), out.engine(), counts);
    ++counts.by_status[row.stored_status()];
  }
  return counts;
}

}  // namespace sluice::demo_data
