#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/document/document.h"

/// What always holds of a head, whoever makes it.
namespace sluice::document {

/// A member of the head and what is wrong with it.
struct HeadProblem {
  std::string_view member;
  std::string message;
};

/// The first member that is not as it must be; nothing where all are.
[[nodiscard]] std::optional<HeadProblem> head_problem(const Head& head);

}  // namespace sluice::document
