#include "cli/tool_version.h"

#include <array>
#include <fstream>
#include <string_view>

#include <fmt/format.h>

#include "sluice/codec/sha256.h"
#include "sluice/model/error.h"

#include "sluice_build.h"

namespace sluice::cli {

std::string tool_version() {
  return fmt::format("{} {}{}", build::kVersion, build::kGitHash, build::kGitDirty ? "-dirty" : "");
}

std::string program_sha256() {
  constexpr std::size_t kPiece = std::size_t{1} << 16;
  // The program itself, even where its name is another file's by now.
  std::ifstream file("/proc/self/exe", std::ios::binary);
  codec::Sha256 sha256;
  std::array<char, kPiece> piece{};
  while (file.read(piece.data(), piece.size()) || file.gcount() > 0) {
    sha256.update(std::string_view(piece.data(), static_cast<std::size_t>(file.gcount())));
  }
  if (!file.eof()) {
    throw model::Error(model::ErrorKind::storage, "the running program cannot be read",
                       "mount /proc");
  }
  return sha256.finish_hex();
}

}  // namespace sluice::cli
