#include "cli/held_run.h"

#include <fmt/format.h>

#include "sluice/codec/printable.h"
#include "sluice/ledger/ledger.h"

#include "cli/exit_code.h"

namespace sluice::cli {

void say_held(const std::string& run_id, const std::vector<std::string>& holders,
              const std::string& hint, Console& console) {
  for (const std::string& holder : holders) {
    console.error(
        codec::printable_line(fmt::format("run {} is being worked on by {}", run_id, holder)));
  }
  console.error(fmt::format("run {} is held by another process", run_id), hint);
}

void refuse_held(db::SqlSession& ledger, const std::string& run_id, const std::string& hint,
                 Console& console) {
  say_held(run_id, ledger::holders(ledger, run_id), hint, console);
  throw Exit{kLocked};
}

}  // namespace sluice::cli
