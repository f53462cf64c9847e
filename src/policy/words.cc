#include <algorithm>

#include "sluice/policy/policy.h"

namespace sluice::policy {

std::string_view to_string(Hardware hardware) noexcept {
  switch (hardware) {
    case Hardware::any_key:
      return "any";
    case Hardware::touch:
      return "touch";
    case Hardware::pin:
      return "pin";
  }
  return "unknown";
}

const Person* Policy::find(std::string_view principal) const noexcept {
  const auto found = std::ranges::find(people, principal, &Person::principal);
  return found == people.end() ? nullptr : &*found;
}

bool can_sign(const Person& person, Hardware hardware) noexcept {
  return std::ranges::any_of(person.keys,
                             [hardware](const Key& key) { return can_prove(key, hardware); });
}

}  // namespace sluice::policy
