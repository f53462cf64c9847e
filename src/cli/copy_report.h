#pragma once

#include <functional>
#include <optional>
#include <stop_token>
#include <string>
#include <vector>

#include "sluice/copy/finish.h"
#include "sluice/copy/run.h"
#include "sluice/copy/start.h"
#include "sluice/os/stop.h"

#include "cli/console.h"
#include "cli/copy_arguments.h"
#include "cli/stop_sources.h"

/// How a copy ends, in words or as JSON (copy_json.h); each returns the exit code.
/// `arguments` are what it was started with.
namespace sluice::cli {

/// The run was finished before.
int report_finished(const copy::Start& start, const plan::Plan& plan,
                    const CopyArguments& arguments, Console& console);
int report_joined(const copy::RunContext& run, db::SqlSession& ledger,
                  const CopyArguments& arguments, Console& console);
/// What ended a run before its end.
struct HeardStop {
  copy::StopReason::Why why;
  std::optional<ledger::Stop> by_person;  // of a `why` by a person
  int signal = 0;
};
int report_stop(const copy::RunContext& run, db::SqlSession& ledger, const HeardStop& heard,
                const CopyArguments& arguments, Console& console);
/// Tables or servers changed while they were copied: the run is paused.
int report_drift(const copy::RunContext& run, db::SqlSession& ledger,
                 const std::vector<std::string>& changes, const CopyArguments& arguments,
                 Console& console);
int report_copy(const copy::RunContext& run, const copy::CopyResult& result,
                const CopyArguments& arguments, Console& console);

/// Turns what `signals` tells of, by a signal or by a person through `sources`, into a stop of the
/// run: an orderly one, between batches.
class StopOnRequest {
 public:
  StopOnRequest(const os::SignalStop& signals, const StopSources& sources, copy::StopReason& stop)
      : callback_(signals.token(), [&sources, &stop] { stop.request(why(sources)); }) {}

 private:
  [[nodiscard]] static copy::StopReason::Why why(const StopSources& sources);

  std::stop_callback<std::function<void()>> callback_;
};

}  // namespace sluice::cli
