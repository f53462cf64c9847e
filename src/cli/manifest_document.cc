#include "cli/manifest_document.h"

#include <chrono>

#include <fmt/format.h>

#include "sluice/codec/utc_time.h"
#include "sluice/document/document.h"
#include "sluice/os/host.h"
#include "sluice/os/new_file.h"

#include "cli/exit_code.h"
#include "sluice_build.h"

namespace sluice::cli {
namespace {

/// Without a policy, which would say how old a manifest may be that people sign.
constexpr std::chrono::hours kMaxAge{24};

/// Of a server that no policy speaks of.
constexpr const char* kScratch = "scratch";

/// Sixty-four hex digits, as many as a document's nonce has.
constexpr std::size_t kNonceBytes = 32;

void refuse_existing(const std::string& path, Console& console) {
  const std::string proof = manifest::proof_path(path);
  const bool has_file = os::is_there(path);
  if (!has_file && !os::is_there(proof)) return;
  console.error(fmt::format("{} is there already", has_file ? path : proof),
                has_file ? "a manifest is never replaced: name another file"
                         : "it belongs to a manifest that was moved, or to a verification that "
                           "did not end: move it away, or name another file");
  throw Exit{kUsage};
}

document::Head head_of(const config::Config& config, const manifest::Manifest& manifest) {
  const auto now = std::chrono::floor<std::chrono::seconds>(std::chrono::system_clock::now());
  document::Head head;
  head.kind = document::Kind::manifest;
  head.acts = {{document::Act::cutover, {}}};
  head.run_id = manifest.run_id;
  head.operator_name = config.operator_name;
  head.created_at = codec::utc_time_text(now);
  head.not_before = head.created_at;
  head.not_after = codec::utc_time_text(now + kMaxAge);
  head.nonce = os::random_hex(kNonceBytes);
  return head;
}

}  // namespace

verify::ManifestRequest manifest_request(const std::string& path, const config::Config& config,
                                         Console& console) {
  refuse_existing(path, console);
  return {path, [&config](manifest::Manifest manifest) {
            manifest.tool = fmt::format("sluice {} {}", build::kVersion, build::kGitHash);
            manifest.source.label = kScratch;
            manifest.target.label = kScratch;
            return document::to_text(head_of(config, manifest), to_json(manifest));
          }};
}

}  // namespace sluice::cli
