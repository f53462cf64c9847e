#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "sluice/cutover/cutover.h"
#include "sluice/cutover/discard.h"

#include "cli/swap_start.h"

/// Who has to agree to a cutover, to what a rollback loses, and to a drop; and has. Each says what
/// is missing and throws Exit: 4 where signatures are, 7 where what was signed is of something
/// else, with each difference named.
namespace sluice::cli {

/// By a signed manifest: of this run, of its newest full verification, with nothing changed since.
/// Without signatures only where no policy asks for them. `manifest`: the file; may be empty.
[[nodiscard]] Agreed<cutover::Request> approve_cutover(const SwapStart& start,
                                                       const std::string& manifest,
                                                       const cutover::Readiness& readiness,
                                                       Console& console);

/// What a rollback may lose: nothing without anybody's agreement. `losing`: what --losing says.
[[nodiscard]] std::optional<Agreed<cutover::Loss>> approve_loss(const SwapStart& start,
                                                                const cutover::Cut& cut,
                                                                const std::string& file,
                                                                std::uint64_t losing,
                                                                Console& console);
/// The document for people to sign; returns its SHA-256.
std::string propose_loss(const SwapStart& start, const cutover::Loss& loss,
                         const std::string& file);

/// `drop`: what is asked for, without tables.
[[nodiscard]] Agreed<cutover::Drop> approve_drop(const SwapStart& start, const std::string& file,
                                                 cutover::Drop drop, Console& console);
std::string propose_drop(const SwapStart& start, const cutover::Drop& drop,
                         const std::string& file);

}  // namespace sluice::cli
