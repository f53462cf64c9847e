#pragma once

#include <functional>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/copy/finish.h"
#include "sluice/copy/run.h"
#include "sluice/copy/start.h"
#include "sluice/os/stop.h"

#include "cli/console.h"
#include "cli/copy_arguments.h"

/// How a copy ends, in words or as JSON (copy_json.h); each returns the exit code.
/// `arguments` are what it was started with.
namespace sluice::cli {

/// The run was finished before.
int report_finished(const copy::Start& start, const plan::Plan& plan,
                    const CopyArguments& arguments, Console& console);
int report_joined(const copy::RunContext& run, db::SqlSession& ledger,
                  const CopyArguments& arguments, Console& console);
int report_stop(const copy::RunContext& run, db::SqlSession& ledger,
                const copy::StopReason::Why& why, const os::SignalStop& signals,
                const CopyArguments& arguments, Console& console);
/// Tables or servers changed while they were copied: the run is paused.
int report_drift(const copy::RunContext& run, db::SqlSession& ledger,
                 const std::vector<std::string>& changes, const CopyArguments& arguments,
                 Console& console);
int report_copy(const copy::RunContext& run, const copy::CopyResult& result,
                const CopyArguments& arguments, Console& console);

/// Turns a signal into a stop of the run: an orderly one, between batches.
class StopOnSignal {
 public:
  StopOnSignal(const os::SignalStop& signals, copy::StopReason& stop)
      : callback_(signals.token(),
                  [&stop] { stop.request(model::ErrorKind::interrupted, "stopped by a signal"); }) {
  }

 private:
  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace sluice::cli
