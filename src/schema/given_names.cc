#include "sluice/schema/given_names.h"

#include "sluice/schema/names.h"

namespace sluice::schema {

void GivenNames::take(const model::QualifiedName& name) {
  taken_.insert(name);
  if (!companion_.empty()) taken_.insert(derived_name(name, companion_));
}

bool GivenNames::is_free(const model::QualifiedName& name) const {
  return !taken_.contains(name) &&
         (companion_.empty() || !taken_.contains(derived_name(name, companion_)));
}

std::string GivenNames::give(const std::string& schema, const std::string& wanted,
                             const std::string& otherwise) {
  std::string name = short_name(wanted);
  for (int number = 1; !is_free({schema, name}); ++number) {
    name = derived_name(otherwise, number == 1 ? "" : "_" + std::to_string(number));
  }
  take({schema, name});
  return name;
}

}  // namespace sluice::schema
