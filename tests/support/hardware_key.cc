#include "support/hardware_key.h"

#include <array>
#include <stdexcept>
#include <vector>

#include <openssl/evp.h>

namespace sluice::test {
namespace {

constexpr std::string_view kApplication = "ssh:sluice";
constexpr std::string_view kBegin = "-----BEGIN SSH SIGNATURE-----\n";
constexpr std::string_view kEnd = "-----END SSH SIGNATURE-----\n";

void require(bool done, const char* what) {
  if (!done) throw std::runtime_error(what);
}

const unsigned char* bytes_of(std::string_view text) {
  return reinterpret_cast<const unsigned char*>(text.data());
}

std::string digest(const EVP_MD* algorithm, std::string_view text) {
  std::array<unsigned char, EVP_MAX_MD_SIZE> out{};
  unsigned size = 0;
  require(EVP_Digest(text.data(), text.size(), out.data(), &size, algorithm, nullptr) == 1, "hash");
  return {reinterpret_cast<const char*>(out.data()), size};
}

std::string number(std::uint32_t value) {
  std::string text;
  for (const int shift : {24, 16, 8, 0}) text += static_cast<char>(value >> shift & 255);
  return text;
}

std::string base64(std::string_view text) {
  std::string out((text.size() + 2) / 3 * 4 + 1, '\0');
  EVP_EncodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(text),
                  static_cast<int>(text.size()));
  out.pop_back();
  return out;
}

}  // namespace

struct HardwareKey::State {
  EVP_PKEY* key = EVP_PKEY_Q_keygen(nullptr, nullptr, "ED25519");
  State() = default;
  State(const State&) = delete;
  State& operator=(const State&) = delete;
  ~State() { EVP_PKEY_free(key); }

  [[nodiscard]] std::string public_blob() const {
    std::array<unsigned char, 32> raw{};
    std::size_t size = raw.size();
    require(EVP_PKEY_get_raw_public_key(key, raw.data(), &size) == 1, "public key");
    return ssh_string(type()) + ssh_string({reinterpret_cast<const char*>(raw.data()), size}) +
           ssh_string(kApplication);
  }

  [[nodiscard]] std::string sign(std::string_view message) const {
    std::array<unsigned char, 64> out{};
    std::size_t size = out.size();
    EVP_MD_CTX* context = EVP_MD_CTX_new();
    const bool done =
        EVP_DigestSignInit(context, nullptr, nullptr, nullptr, key) == 1 &&
        EVP_DigestSign(context, out.data(), &size, bytes_of(message), message.size()) == 1;
    EVP_MD_CTX_free(context);
    require(done, "signature");
    return {reinterpret_cast<const char*>(out.data()), size};
  }
};

HardwareKey::HardwareKey() : state_(std::make_unique<State>()) {
  require(state_->key != nullptr, "key");
}
HardwareKey::~HardwareKey() = default;

std::string HardwareKey::blob() const { return base64(state_->public_blob()); }

std::string HardwareKey::sign(std::string_view message, std::string_view name_space,
                              std::uint8_t flags) const {
  const std::string common = ssh_string(name_space) + ssh_string("") + ssh_string("sha512");
  const std::string text = "SSHSIG" + common + ssh_string(digest(EVP_sha512(), message));
  const std::string said = static_cast<char>(flags) + number(7);
  const std::string inner = ssh_string(type()) +
                            ssh_string(state_->sign(digest(EVP_sha256(), kApplication) + said +
                                                    digest(EVP_sha256(), text))) +
                            said;
  return armour("SSHSIG" + number(1) + ssh_string(state_->public_blob()) + common +
                ssh_string(inner));
}

std::string armour(std::string_view blob) {
  constexpr std::size_t kWidth = 70;
  const std::string digits = base64(blob);
  std::string text(kBegin);
  for (std::size_t at = 0; at < digits.size(); at += kWidth) {
    text += digits.substr(at, kWidth) + "\n";
  }
  return text.append(kEnd);
}

std::string blob_of(std::string_view armoured) {
  require(armoured.starts_with(kBegin) && armoured.ends_with(kEnd), "armour");
  armoured.remove_prefix(kBegin.size());
  armoured.remove_suffix(kEnd.size());
  std::string digits;
  for (const char c : armoured) digits += c == '\n' ? "" : std::string(1, c);
  std::string out(digits.size() / 4 * 3, '\0');
  const int size = EVP_DecodeBlock(reinterpret_cast<unsigned char*>(out.data()), bytes_of(digits),
                                   static_cast<int>(digits.size()));
  require(size >= 0, "base64");
  const std::size_t padding = digits.ends_with("==") ? 2 : digits.ends_with('=') ? 1 : 0;
  out.resize(static_cast<std::size_t>(size) - padding);
  return out;
}

std::string ssh_string(std::string_view text) {
  return number(static_cast<std::uint32_t>(text.size())).append(text);
}

}  // namespace sluice::test
