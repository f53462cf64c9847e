#pragma once

#include <string>
#include <string_view>

#include <catch2/catch_test_macros.hpp>

#include "sluice/document/document.h"
#include "sluice/model/error.h"

namespace sluice::document {

inline Head example_head() {
  Head head;
  head.kind = Kind::retire;
  head.acts = {{Act::retire, {"customer", "money"}}};
  head.run_id = "run-7f3a";
  head.operator_name = "dan@corp";
  head.policy_sha256 = std::string(64, 'a');
  head.policy_version = 3;
  head.created_at = "2026-11-22T13:30:00Z";
  head.not_before = "2026-11-22T13:30:00Z";
  head.not_after = "2026-11-23T13:30:00Z";
  head.nonce = std::string(64, '0');
  return head;
}

inline constexpr std::string_view kExampleBody =
    R"({"archive":"/srv/a","empty":{},"gone":[],"tables":[{"name":"crm.a","rows":18432117}]})";

inline std::string example_text() { return to_text(example_head(), kExampleBody); }

inline std::string replaced(std::string text, std::string_view old_text,
                            std::string_view new_text) {
  const std::size_t at = text.find(old_text);
  INFO(old_text);
  REQUIRE(at != std::string::npos);
  return text.replace(at, old_text.size(), new_text);
}

/// Why the text is no document; empty where it is one.
inline std::string refusal(const std::string& text) {
  try {
    (void)from_text(text);
  } catch (const model::Error& error) {
    CHECK(error.kind() == model::ErrorKind::approval);
    CHECK_FALSE(error.hint().empty());
    return error.what();
  }
  return {};
}

}  // namespace sluice::document
