#pragma once

#include <cstdint>
#include <memory>
#include <string>
#include <string_view>

namespace sluice::test {

/// A FIDO key of OpenSSH (sk-ssh-ed25519@openssh.com) in software, which says of itself what a test
/// wants: PROTOCOL.u2f and PROTOCOL.sshsig of OpenSSH.
class HardwareKey {
 public:
  static constexpr std::uint8_t kTouched = 0x01;
  static constexpr std::uint8_t kPin = 0x04;

  HardwareKey();
  ~HardwareKey();
  HardwareKey(const HardwareKey&) = delete;
  HardwareKey& operator=(const HardwareKey&) = delete;

  [[nodiscard]] static std::string type() { return "sk-ssh-ed25519@openssh.com"; }
  /// base64, as in a .pub file.
  [[nodiscard]] std::string blob() const;
  /// Armoured.
  [[nodiscard]] std::string sign(std::string_view message, std::string_view name_space,
                                 std::uint8_t flags) const;

 private:
  struct State;
  std::unique_ptr<State> state_;
};

/// What stands within an armour, and an armour round it: for signatures that were never made.
[[nodiscard]] std::string armour(std::string_view blob);
[[nodiscard]] std::string blob_of(std::string_view armoured);
/// With its length in front, as SSH has it.
[[nodiscard]] std::string ssh_string(std::string_view text);

}  // namespace sluice::test
