#include "sluice/codec/sha256.h"

#include "sluice/codec/hex.h"
#include "sluice/model/error.h"

#include "evp_digest.h"

namespace sluice::codec {
namespace {

void require(int done) {
  if (done != 1) {
    throw model::Error(model::ErrorKind::internal, "the crypto library refused to compute SHA-256");
  }
}

}  // namespace

EvpSha256::EvpSha256()
    : digest_(EVP_MD_fetch(nullptr, "SHA256", nullptr)), context_(EVP_MD_CTX_new()) {
  require(digest_ != nullptr && context_ != nullptr ? 1 : 0);
  start();
}

void EvpSha256::start() { require(EVP_DigestInit_ex2(context_.get(), digest_.get(), nullptr)); }

void EvpSha256::update(std::string_view bytes) {
  require(EVP_DigestUpdate(context_.get(), bytes.data(), bytes.size()));
}

void EvpSha256::finish(std::array<unsigned char, 32>& out) {
  require(EVP_DigestFinal_ex(context_.get(), out.data(), nullptr));
  start();
}

class Sha256::State : public EvpSha256 {};

Sha256::Sha256() : state_(std::make_unique<State>()) {}
Sha256::Sha256(Sha256&&) noexcept = default;
Sha256& Sha256::operator=(Sha256&&) noexcept = default;
Sha256::~Sha256() = default;

void Sha256::update(std::string_view bytes) { state_->update(bytes); }

std::array<unsigned char, 32> Sha256::finish() {
  std::array<unsigned char, 32> out{};
  state_->finish(out);
  return out;
}

std::string Sha256::finish_hex() {
  const std::array<unsigned char, 32> bytes = finish();
  return to_hex({reinterpret_cast<const char*>(bytes.data()), bytes.size()});
}

std::string sha256_hex(std::string_view bytes) {
  Sha256 sha256;
  sha256.update(bytes);
  return sha256.finish_hex();
}

}  // namespace sluice::codec
