#include "sluice/schema/given_names.h"

#include "sluice/schema/names.h"

namespace sluice::schema {

void GivenNames::take(const model::QualifiedName& name) {
  taken_.insert(name);
  if (!companion_.empty()) taken_.insert(derived_name(name, companion_));
}

bool GivenNames::is_free(const model::QualifiedName& name, const std::string& companion) const {
  return !taken_.contains(name) &&
         (companion.empty() || !taken_.contains(derived_name(name, companion)));
}

bool GivenNames::claim(const model::QualifiedName& name) {
  if (name.table.size() > kMaxNameBytes || !is_free(name, companion_)) return false;
  take(name);
  return true;
}

std::string GivenNames::first_free(const std::string& schema, const std::string& wanted,
                                   const std::string& otherwise,
                                   const std::string& companion) const {
  std::string name = short_name(wanted);
  for (int number = 1; !is_free({schema, name}, companion); ++number) {
    name = derived_name(otherwise, number == 1 ? "" : "_" + std::to_string(number));
  }
  return name;
}

std::string GivenNames::give(const std::string& schema, const std::string& wanted,
                             const std::string& otherwise) {
  std::string name = first_free(schema, wanted, otherwise, companion_);
  take({schema, name});
  return name;
}

std::string GivenNames::give_alone(const std::string& schema, const std::string& wanted,
                                   const std::string& otherwise) {
  std::string name = first_free(schema, wanted, otherwise, {});
  taken_.insert({schema, name});
  return name;
}

std::vector<std::string> GivenNames::give_all(const std::vector<Wish>& wishes) {
  std::vector<std::string> names(wishes.size());
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Wish& wish = wishes[i];
    if (wish.as_is && claim({wish.schema, wish.wanted})) names[i] = wish.wanted;
  }
  for (std::size_t i = 0; i < wishes.size(); ++i) {
    const Wish& wish = wishes[i];
    if (names[i].empty()) names[i] = give(wish.schema, wish.wanted, wish.otherwise);
  }
  return names;
}

std::map<std::string, std::string> shortened(const std::vector<std::string>& names) {
  std::vector<Wish> wishes;
  wishes.reserve(names.size());
  for (const std::string& name : names) wishes.push_back({"", name, name, true});
  const std::vector<std::string> given = GivenNames().give_all(wishes);
  std::map<std::string, std::string> others;
  for (std::size_t i = 0; i < names.size(); ++i) {
    if (names[i].size() > kMaxNameBytes) others.emplace(names[i], given[i]);
  }
  return others;
}

}  // namespace sluice::schema
