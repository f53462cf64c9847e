#pragma once

#include <string>
#include <utility>

namespace sluice::approve {

/// A T that may be acted on. Only Verifier can make one, so a function that takes Approved<T>
/// cannot be reached without the check. Immutable.
template <typename T>
class Approved {
 public:
  [[nodiscard]] const T& operator*() const noexcept { return value_; }
  [[nodiscard]] const T* operator->() const noexcept { return &value_; }
  /// The rule that allowed it, in words, for the event chain.
  [[nodiscard]] const std::string& rule() const noexcept { return rule_; }

 private:
  friend class Verifier;
  Approved(T value, std::string rule) : value_(std::move(value)), rule_(std::move(rule)) {}
  T value_;
  std::string rule_;
};

/// Decides whether an act is approved. Without a policy file both servers carry the label
/// "scratch", and acts on scratch servers need no signature; the rule used is recorded with the
/// run, and such a run can never authorize the removal of source rows.
class Verifier {
 public:
  template <typename T>
  [[nodiscard]] Approved<T> without_policy(T value) const {
    return Approved<T>(std::move(value),
                       "unsigned: no policy file, both servers are labelled scratch");
  }
};

}  // namespace sluice::approve
