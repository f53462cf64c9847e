#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/lost_archive.h"

#include "cli/console.h"

/// What cutover and rollback show, in both forms.
namespace sluice::cli {

/// DO NOT CHANGE the meaning of a member without a new number.
inline constexpr std::string_view kSwapSchema = "sluice.swap/1";

inline constexpr std::string_view kLossSchema = "sluice.loss/1";

/// What is said of one act.
struct SwapReport {
  std::string_view act;  // cutover, rollback
  std::string run_id;
  const cutover::Swap* swap = nullptr;  // as it was worked out before the locks
  const cutover::Result* result = nullptr;
  std::string source_freeze;  // SQL that makes the old side read-only; may be empty
  std::optional<cutover::LostArchive> archive = std::nullopt;  // of rows that a rollback took away
};

[[nodiscard]] std::string to_json(const SwapReport& report, std::string_view next);
[[nodiscard]] std::string archive_text(const cutover::LostArchive& archive);
/// Says what was done, or why nothing was.
void show(const SwapReport& report, Console& console);
/// What a rollback would lose, of which people sign `file`.
[[nodiscard]] std::string loss_json(const cutover::Loss& loss, const std::string& file,
                                    const std::string& sha256);
[[nodiscard]] std::string loss_text(const cutover::Loss& loss);
[[nodiscard]] int exit_code_of(const cutover::Result& result);

}  // namespace sluice::cli
