#include "policy/ssh_key.h"

#include <string>
#include <utility>
#include <variant>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "sluice/codec/base64.h"

namespace sluice::policy {
namespace {

// Made by ssh-keygen, but the second of hardware: its point is that of the nistp256 key.
constexpr const char* kEd25519 =
    "ssh-ed25519 AAAAC3NzaC1lZDI1NTE5AAAAIP1i+5SAsfJeYnLr57IxAOtuPMgKWWz/7X9/KQ7dIpxY";
constexpr const char* kNistp256 =
    "ecdsa-sha2-nistp256 AAAAE2VjZHNhLXNoYTItbmlzdHAyNTYAAAAIbmlzdHAyNTYAAABBBB7w9MvMzKccX8pL"
    "fhST5eeQ+9PltI3UPM1Nb1tvwuauiCwopTWmaQE3Qmb/33AzI5Vr/M7WX565y67+t+dYjCI=";
constexpr const char* kNistp384 =
    "ecdsa-sha2-nistp384 AAAAE2VjZHNhLXNoYTItbmlzdHAzODQAAAAIbmlzdHAzODQAAABhBCu7auj842BcvqeW"
    "KYPW3hpc20E5PwYMD1jCfe7Jl3X+Eihxm7yqDBHDEwx8WQhXXxNjY49lJqKNjXYo82x798FcRor/wwXRT19S24rD"
    "XP3L45e/7L7CTBNw1Ap5O3Zj9A==";
constexpr const char* kNistp521 =
    "ecdsa-sha2-nistp521 AAAAE2VjZHNhLXNoYTItbmlzdHA1MjEAAAAIbmlzdHA1MjEAAACFBABQjmfpx2mqCjHn"
    "oK9cDwww1MuNvnGt77N+/bhoBJzMTvfk70rogmjZRNKkejFxojSnpWdEZpFiylWe8JcNx4bCEwBs2Pn/adkJVLrb"
    "m9eJdp3poMKAWBCu/14eFXibOaE1XlHHTyrB6m6aE+HpJl/qaYiIZAF5s9/B00Z1UD3rEP3Nyg==";
constexpr const char* kRsa2048 =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABAQCqcDyVtrzH8TXznK1TcK2Tmt7aiFuToBRLJTXBSA8W5wnJ5KFU"
    "hJ6kDE25vC2Umc/Z+yhNmW8euadK7IhFrovFq1oUzBb/KYdPiyQGGTlmIaHmUnG/ZpdS/bs4THwyYx5nSQkdHMdf"
    "H+upb2+hxTuLjd7mIfst6gqK6H/ml6AkNCwFo+0lsfqXHaNOD6qoElDBatcF0gg4qgGEKMxidbxxnHONiCqWngI2"
    "JjHK2IqvJ9lXlmtM79tIwSiA7eoCCi7rYolZKJD4m3+DvHk3RwshyD5igFcpNotCFVCLaEccwp0S+tvpRPgTYO1L"
    "kAEuazBz97jAwTOwmlLC732kyFcP";
constexpr const char* kRsa3072 =
    "ssh-rsa AAAAB3NzaC1yc2EAAAADAQABAAABgQCXqW5uCA3nBpljQOYkiui0x+0Kv88eHdRRwBBApeMJ2bESTEjC"
    "RDpK0QqlT1zyWxt4fYR0gvLqYta2FLwHpDLnaSosir0jIHW4xy5e3mE7MRHU7i+s6BAcGYqofag4Cc5nBYn7a8ie"
    "EDU15uiYdABL1QA1tmoXJHwvuEIKmhbF4EXq96Vbf8yn3iarSv5LYHtV4cUqBFvfAXX95v7F9zIeCkb5kPZtRExI"
    "A8h3yXHnyyCyXpHer331CKzlZTQ6Bjvw9y2d9jW0lL9OOre4oDUufd4Guaq/SxWFQiaMsvimNHtobTkpm7UwfePJ"
    "8cK6V1wAEqWI+hnmXIP/B7H32BcvYk5VryoaQ/9SRdPp/PnuQXilZU3UBJEkcdnkoOJy1W8zTPgPVGan8jTn9PEk"
    "zOCmUMiDjT4P9c96Okqxli5scg040bDUqG755jy+IF+scqPovBmUtECZape+bXZYBO8TpjWS8phqP7eV/vKDJhzx"
    "LJJw1WhQb/d27ixYUZntDT0=";
constexpr const char* kSkEd25519 =
    "sk-ssh-ed25519@openssh.com AAAAGnNrLXNzaC1lZDI1NTE5QG9wZW5zc2guY29tAAAAIA2jxAGVapSq3Z7Ch"
    "mJa6mJ7gW6Eaj/o9tto9n8PK142AAAACnNzaDpzbHVpY2U=";
constexpr const char* kSkNistp256 =
    "sk-ecdsa-sha2-nistp256@openssh.com AAAAInNrLWVjZHNhLXNoYTItbmlzdHAyNTZAb3BlbnNzaC5jb20AA"
    "AAIbmlzdHAyNTYAAABBBB7w9MvMzKccX8pLfhST5eeQ+9PltI3UPM1Nb1tvwuauiCwopTWmaQE3Qmb/33AzI5Vr/"
    "M7WX565y67+t+dYjCIAAAAEc3NoOg==";
constexpr const char* kCertificate =
    "ssh-ed25519-cert-v01@openssh.com AAAAIHNzaC1lZDI1NTE5LWNlcnQtdjAxQG9wZW5zc2guY29tAAAAIFq"
    "M4YK/GTDMo/jleTZREwrytS9jpwyGWOIqqiVQMQ2SAAAAIP1i+5SAsfJeYnLr57IxAOtuPMgKWWz/7X9/KQ7dIpx"
    "YAAAAAAAAAAAAAAABAAAAAXgAAAAJAAAABWFsaWNlAAAAAAAAAAD//////////wAAAAAAAACCAAAAFXBlcm1pdC1"
    "YMTEtZm9yd2FyZGluZwAAAAAAAAAXcGVybWl0LWFnZW50LWZvcndhcmRpbmcAAAAAAAAAFnBlcm1pdC1wb3J0LWZ"
    "vcndhcmRpbmcAAAAAAAAACnBlcm1pdC1wdHkAAAAAAAAADnBlcm1pdC11c2VyLXJjAAAAAAAAAAAAAAAzAAAAC3N"
    "zaC1lZDI1NTE5AAAAINWVbTxT02SFB2+3QGcqW8Pk07a9zyUwJlelkVMrLB3mAAAAUwAAAAtzc2gtZWQyNTUxOQA"
    "AAEDUNALgmNmu0ZXaHkXvIomjTzFrZeNJ8W2WVbMOcIsAVbWgywou7lp/ccKjXiuQGZoUAkDi8942/WAWG7fmnzI"
    "M";

std::string problem_of(const std::string& line) {
  const auto read = read_public_key(line);
  const auto* problem = std::get_if<KeyProblem>(&read);
  return problem == nullptr ? std::string() : problem->message;
}

/// The key with another blob.
std::string with_blob(const std::string& line, const std::string& bytes) {
  return line.substr(0, line.find(' ') + 1) + codec::to_base64(bytes);
}

std::string blob_of(const std::string& line) {
  return codec::from_base64(line.substr(line.find(' ') + 1)).value();
}

}  // namespace

TEST_CASE("the keys that ssh-keygen makes are read, with and without a comment") {
  for (const std::string line :
       {kEd25519, kNistp256, kNistp384, kNistp521, kRsa3072, kSkEd25519, kSkNistp256}) {
    INFO(line);
    for (const char* comment : {"", " alice@corp", " a comment of words"}) {
      const auto read = read_public_key(line + comment);
      const Key* key = std::get_if<Key>(&read);
      REQUIRE(key != nullptr);
      CHECK(key->type + " " + key->blob == line);
    }
  }
}

TEST_CASE("keys that prove nothing are refused, and it is said why") {
  CHECK(problem_of(kRsa2048).find("an RSA key of 2048 bits") == 0);
  CHECK(problem_of(kCertificate).find("is a certificate") != std::string::npos);
  for (const std::string prefix : {"cert-authority ", "namespaces=\"x\" ", " ", "ssh-dss "}) {
    INFO(prefix);
    CHECK(problem_of(prefix + kEd25519).find("is no type of key") != std::string::npos);
  }
  CHECK(problem_of("") == "\"\" is no type of key that is accepted");
  CHECK(problem_of("ssh-ed25519") == "what follows the type is not base64");
  CHECK(problem_of(std::string(kEd25519) + "A") == "what follows the type is not base64");
  CHECK(problem_of(std::string("ssh-ed25519  ") + kEd25519) != "");
  CHECK(problem_of(std::string(kEd25519) + " x\nbob ssh-rsa A").find("one line") !=
        std::string::npos);
}

TEST_CASE("a key's bytes are what its type says, to the last one") {
  for (const std::string line :
       {kEd25519, kNistp256, kNistp384, kNistp521, kRsa3072, kSkEd25519, kSkNistp256}) {
    INFO(line);
    const std::string blob = blob_of(line);
    CHECK_FALSE(problem_of(with_blob(line, blob + '\0')).empty());
    for (std::size_t size = 0; size < blob.size(); ++size) {
      CHECK_FALSE(problem_of(with_blob(line, blob.substr(0, size))).empty());
    }
    // The type inside, and the length of what follows it.
    const std::size_t inside = line.find(' ') + 2 * sizeof(std::uint32_t);
    for (std::size_t at = 0; at < inside; ++at) {
      std::string other = blob;
      other[at] = static_cast<char>(other[at] ^ 1);
      CHECK_FALSE(problem_of(with_blob(line, other)).empty());
    }
  }
  const std::string ed25519 = kEd25519;
  CHECK(problem_of("ecdsa-sha2-nistp256" + ed25519.substr(ed25519.find(' '))).find("no such key") !=
        std::string::npos);
}

TEST_CASE("only keys of hardware prove touch and PIN") {
  Person person;
  person.keys = {std::get<Key>(read_public_key(kEd25519))};
  CHECK(can_sign(person, Hardware::any_key));
  CHECK_FALSE(can_sign(person, Hardware::touch));
  person.keys.push_back(std::get<Key>(read_public_key(kSkNistp256)));
  CHECK(can_sign(person, Hardware::touch));
  CHECK(can_sign(person, Hardware::pin));
  CHECK_FALSE(can_sign(Person{}, Hardware::any_key));
}

}  // namespace sluice::policy
