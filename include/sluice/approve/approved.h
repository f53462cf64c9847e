#pragma once

#include <string>
#include <utility>
#include <vector>

namespace sluice::approve {

/// Why a thing may be done.
struct Grounds {
  /// In words, for the event chain: "signed: cutover by Alice Stone and Bob Hill, document 7f3a...,
  /// policy 3".
  std::string rule;
  /// False: no people signed, a rule of the policy (or that there is none) was enough. What removes
  /// rows of a source asks for true.
  bool is_signed = false;
  std::string document_sha256;       ///< of what was signed; empty where nothing was
  std::vector<std::string> signers;  ///< principals who counted, for all its acts; sorted
};

/// A T that may be acted on. Only Verifier can make one, so a function that takes Approved<T>
/// cannot be reached without the check. Immutable.
template <typename T>
class Approved {
 public:
  [[nodiscard]] const T& operator*() const noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }
  [[nodiscard]] const Grounds& grounds() const noexcept { return grounds_; }
  /// The rule that allowed it, in words, for the event chain.
  [[nodiscard]] const std::string& rule() const noexcept { return grounds_.rule; }

 private:
  friend class Verifier;
  Approved(T value, Grounds grounds) : value_(std::move(value)), grounds_(std::move(grounds)) {}
  T value_;
  Grounds grounds_;
};

}  // namespace sluice::approve
