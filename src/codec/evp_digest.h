#pragma once

#include <array>
#include <memory>
#include <string_view>

#include <openssl/evp.h>

namespace sluice::codec {

/// One SHA-256 computation of OpenSSL's, started anew after each finish(). The algorithm is fetched
/// once, when this is made: fetching it for every row costs more than hashing the row.
class EvpSha256 {
 public:
  EvpSha256();
  void update(std::string_view bytes);
  void finish(std::array<unsigned char, 32>& out);

 private:
  void start();

  struct FreeDigest {
    void operator()(EVP_MD* digest) const noexcept { EVP_MD_free(digest); }
  };
  struct FreeContext {
    void operator()(EVP_MD_CTX* context) const noexcept { EVP_MD_CTX_free(context); }
  };
  std::unique_ptr<EVP_MD, FreeDigest> digest_;
  std::unique_ptr<EVP_MD_CTX, FreeContext> context_;
};

}  // namespace sluice::codec
