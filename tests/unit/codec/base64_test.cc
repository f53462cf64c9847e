#include "sluice/codec/base64.h"

#include <string>
#include <utility>

#include <catch2/catch_test_macros.hpp>

using sluice::codec::from_base64;
using sluice::codec::to_base64;

TEST_CASE("base64 has the texts of RFC 4648") {
  const std::pair<const char*, const char*> vectors[] = {{"", ""},
                                                         {"f", "Zg=="},
                                                         {"fo", "Zm8="},
                                                         {"foo", "Zm9v"},
                                                         {"foob", "Zm9vYg=="},
                                                         {"fooba", "Zm9vYmE="},
                                                         {"foobar", "Zm9vYmFy"},
                                                         {"\xff\xef", "/+8="}};
  for (const auto& [bytes, text] : vectors) {
    CHECK(to_base64(bytes) == text);
    CHECK(from_base64(text) == bytes);
  }
}

TEST_CASE("every byte comes back from base64") {
  std::string bytes;
  for (int i = 0; i < 256; ++i) {
    bytes += static_cast<char>(i * 7);
    CHECK(from_base64(to_base64(bytes)) == bytes);
  }
}

TEST_CASE("bytes have one base64 text only") {
  for (const char* text : {"Zg", "Zg=", "Zg===", "Zh==", "Zm9=", "Zm 9v", "Zm9v\n",
                           "Z===", "====", "=m9v", "Zg==Zg==", "Zm9-", "Zm9_"}) {
    INFO(text);
    CHECK_FALSE(from_base64(text).has_value());
  }
}
