#pragma once

#include <algorithm>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "sluice/model/error.h"

/// The stable words of a plan's enums. DO NOT CHANGE THE NAMES: they stand in plans.
namespace sluice::plan {

template <typename T>
struct Word {
  T value;
  std::string_view name;
};

/// All words of one enum; specialised for each enum that a plan holds.
template <typename T>
[[nodiscard]] std::span<const Word<T>> words() noexcept;

template <typename T>
[[nodiscard]] std::string_view word_of(T value) {
  for (const Word<T>& word : words<T>()) {
    if (word.value == value) return word.name;
  }
  throw model::Error(model::ErrorKind::internal, "an enum of the plan has no name");
}

template <typename T>
[[nodiscard]] T value_of(std::string_view name) {
  for (const Word<T>& word : words<T>()) {
    if (word.name == name) return word.value;
  }
  throw model::Error(model::ErrorKind::config, "\"" + std::string(name) + "\" is not known");
}

}  // namespace sluice::plan
