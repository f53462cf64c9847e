#pragma once

#include <filesystem>
#include <fstream>
#include <memory>
#include <string>

#include <catch2/catch_test_macros.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>
#include <pwd.h>
#include <unistd.h>

#include "support/temp_dir.h"

/// Certificates for servers of one test, made by OpenSSL's library: no program is needed.
namespace sluice::test {

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

inline Key make_key() { return Key(EVP_EC_gen("P-256")); }

inline void extend(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  REQUIRE(extension);
  X509_add_ext(certificate, extension.get(), -1);
}

/// A certificate for `name`, valid today, signed by the issuer; by itself where there is none.
inline Certificate make_certificate(EVP_PKEY* key, const std::string& name, X509* issuer,
                                    EVP_PKEY* issuer_key) {
  Certificate certificate(X509_new());
  X509* const x = certificate.get();
  X509_set_version(x, 2);
  ASN1_INTEGER_set(X509_get_serialNumber(x), issuer == nullptr ? 1 : 2);
  X509_gmtime_adj(X509_getm_notBefore(x), -3600);
  X509_gmtime_adj(X509_getm_notAfter(x), 3600);
  X509_NAME_add_entry_by_txt(X509_get_subject_name(x), "CN", MBSTRING_ASC,
                             reinterpret_cast<const unsigned char*>(name.c_str()), -1, -1, 0);
  X509_set_issuer_name(x, X509_get_subject_name(issuer == nullptr ? x : issuer));
  X509_set_pubkey(x, key);
  extend(x, NID_basic_constraints, issuer == nullptr ? "critical,CA:TRUE" : "CA:FALSE");
  if (issuer != nullptr) extend(x, NID_subject_alt_name, "DNS:" + name);
  REQUIRE(X509_sign(x, issuer_key, EVP_sha256()) > 0);
  return certificate;
}

/// `write` puts PEM into a memory buffer, which becomes a file that the server's user can read.
template <typename Write>
std::string save(const std::string& path, Write write) {
  const std::unique_ptr<BIO, Free> memory(BIO_new(BIO_s_mem()));
  write(memory.get());
  char* text = nullptr;
  const long bytes = BIO_get_mem_data(memory.get(), &text);
  std::ofstream(path).write(text, bytes);
  return path;
}

inline std::string save_certificate(const std::string& path, X509* certificate) {
  return save(path, [&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

/// An authority, and a server's certificate that it has signed, as files that the server can read.
struct TlsFiles {
  explicit TlsFiles(const std::string& server_name) {
    const std::string base = folder.path().string() + "/";
    const Key authority_key = make_key();
    const Key server_key = make_key();
    const Certificate authority =
        make_certificate(authority_key.get(), "authority", nullptr, authority_key.get());
    const Certificate signed_by_it =
        make_certificate(server_key.get(), server_name, authority.get(), authority_key.get());
    ca = save_certificate(base + "ca.pem", authority.get());
    certificate = save_certificate(base + "cert.pem", signed_by_it.get());
    key = save(base + "key.pem", [&](BIO* bio) {
      PEM_write_bio_PrivateKey(bio, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
    });
    std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  }

  /// PostgreSQL reads only a key that is its own user's: nobody's where root runs the tests.
  void give_key_to_server() const {
    std::filesystem::permissions(key, std::filesystem::perms{0600});
    if (geteuid() != 0) return;
    const passwd* const nobody = getpwnam("nobody");
    REQUIRE(nobody != nullptr);
    REQUIRE(chown(key.c_str(), nobody->pw_uid, nobody->pw_gid) == 0);
  }

  TempDir folder;
  std::string ca;
  std::string certificate;
  std::string key;
};

}  // namespace sluice::test
