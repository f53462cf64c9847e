// Whose certificate is believed.

#include <fstream>
#include <memory>

#include <catch2/catch_test_macros.hpp>
#include <openssl/evp.h>
#include <openssl/pem.h>
#include <openssl/x509v3.h>

#include "sluice/model/error.h"

#include "integration/mysql_fixture.h"
#include "support/temp_dir.h"

namespace sluice::test::mysql {
namespace {

struct Free {
  void operator()(EVP_PKEY* key) const noexcept { EVP_PKEY_free(key); }
  void operator()(X509* certificate) const noexcept { X509_free(certificate); }
  void operator()(X509_EXTENSION* extension) const noexcept { X509_EXTENSION_free(extension); }
  void operator()(BIO* bio) const noexcept { BIO_free(bio); }
};
using Key = std::unique_ptr<EVP_PKEY, Free>;
using Certificate = std::unique_ptr<X509, Free>;

Key make_key() { return Key(EVP_EC_gen("P-256")); }

void extend(X509* certificate, int kind, const std::string& value) {
  const std::unique_ptr<X509_EXTENSION, Free> extension(
      X509V3_EXT_conf_nid(nullptr, nullptr, kind, value.c_str()));
  REQUIRE(extension);
  X509_add_ext(certificate, extension.get(), -1);
}

/// A certificate for `name`, valid today, signed by the issuer; by itself where there is none.
Certificate make_certificate(EVP_PKEY* key, const std::string& name, X509* issuer,
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

std::string save_certificate(const std::string& path, X509* certificate) {
  return save(path, [&](BIO* bio) { PEM_write_bio_X509(bio, certificate); });
}

/// What each client of the endpoint says: "encrypted", "plain", or the kind of its error.
struct Outcome {
  std::string connector;
  std::string client;
};

template <typename Ask>
std::string outcome_of(Ask ask) {
  try {
    return ask().empty() ? "plain" : "encrypted";
  } catch (const model::Error& error) {
    return error.kind() == model::ErrorKind::config ? "refused" : error.what();
  }
}

Outcome connect(const model::Endpoint& endpoint) {
  const std::string sql =
      "SELECT VARIABLE_VALUE FROM information_schema.SESSION_STATUS "
      "WHERE VARIABLE_NAME = 'Ssl_cipher'";
  return {outcome_of(
              [&] { return db::open_session(endpoint, db::Purpose::source)->query(sql).value(); }),
          outcome_of([&] {
            return db::open_snapshot(endpoint, 1).sessions.at(0)->sql().query(sql).value();
          })};
}

void check_both(const model::Endpoint& endpoint, const std::string& expected) {
  const Outcome outcome = connect(endpoint);
  CHECK(outcome.connector == expected);
  CHECK(outcome.client == expected);
}

model::Endpoint tcp_endpoint(const MariadbServer& server) {
  model::Endpoint endpoint;
  endpoint.engine = model::Engine::mysql;
  endpoint.defaults_file = server.option_file();
  endpoint.host = "127.0.0.1";
  endpoint.port = static_cast<std::uint16_t>(server.port());
  return endpoint;
}

}  // namespace

TEST_CASE("a MariaDB server's certificate is believed for its name and from its authority only") {
  const TempDir folder;
  const std::string base = folder.path().string() + "/";
  const Key authority_key = make_key();
  const Key server_key = make_key();
  const Certificate authority =
      make_certificate(authority_key.get(), "authority", nullptr, authority_key.get());
  const Certificate certificate =
      make_certificate(server_key.get(), "localhost", authority.get(), authority_key.get());
  const std::string ca = save_certificate(base + "ca.pem", authority.get());
  const std::string cert = save_certificate(base + "cert.pem", certificate.get());
  const std::string key = save(base + "key.pem", [&](BIO* bio) {
    PEM_write_bio_PrivateKey(bio, server_key.get(), nullptr, nullptr, 0, nullptr, nullptr);
  });
  std::filesystem::permissions(folder.path(), std::filesystem::perms{0755});
  const MariadbServer server(
      MariadbOptions{false, {"ssl_ca=" + ca, "ssl_cert=" + cert, "ssl_key=" + key}});

  model::Endpoint endpoint = tcp_endpoint(server);
  endpoint.options = {{"ssl_mode", "required"}};
  check_both(endpoint, "encrypted");
  endpoint.options = {{"ssl_mode", "verify_identity"}};
  check_both(endpoint, "refused");  // nobody knows the authority
  endpoint.options = {{"ssl_mode", "verify_identity"}, {"ssl_ca", ca}};
  check_both(endpoint, "refused");  // the certificate is for localhost, not for 127.0.0.1
  endpoint.host = "localhost";
  check_both(endpoint, "encrypted");
}

TEST_CASE("a MariaDB server without TLS is refused where TLS is asked for") {
  model::Endpoint endpoint = tcp_endpoint(MariadbServer::shared());
  check_both(endpoint, "plain");  // loopback
  endpoint.options = {{"ssl_mode", "required"}};
  check_both(endpoint, "refused");
  endpoint.options = {{"ssl_mode", "verify_identity"}};
  check_both(endpoint, "refused");
}

}  // namespace sluice::test::mysql
