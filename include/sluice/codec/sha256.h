#pragma once

#include <array>
#include <cstddef>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::codec {

/// SHA-256 of bytes that come in pieces. Throws Error(internal) where the crypto library refuses to
/// work.
class Sha256 {
 public:
  Sha256();
  Sha256(Sha256&&) noexcept;
  Sha256& operator=(Sha256&&) noexcept;
  ~Sha256();

  void update(std::string_view bytes);
  /// The 32 bytes; starts anew afterwards.
  [[nodiscard]] std::array<unsigned char, 32> finish();
  /// The same as 64 lower-case hex digits.
  [[nodiscard]] std::string finish_hex();

 private:
  class State;
  std::unique_ptr<State> state_;
};

/// 64 lower-case hex digits.
[[nodiscard]] std::string sha256_hex(std::string_view bytes);

}  // namespace sluice::codec
