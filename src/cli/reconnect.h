#pragma once

#include <chrono>
#include <string>

#include "sluice/copy/progress.h"
#include "sluice/model/error.h"

#include "cli/console.h"
#include "cli/copy_arguments.h"

namespace sluice::cli {

/// Patience with servers that go away in the middle of a copy: restarted, shut down, cut off. The
/// work is done in passes; one that loses its connection is followed, after a wait, by one that
/// goes on as a resume would.
class Reconnect {
 public:
  /// `patience` is how long it waits in all before rows are committed again; 0: not at all.
  Reconnect(std::chrono::seconds patience, const CopyArguments& arguments, Console& console)
      : patience_(patience), arguments_(arguments), console_(console) {}

  /// This pass holds the run. A server that is out of reach before that is said at once.
  void begin() noexcept { begun_ = true; }
  [[nodiscard]] bool has_begun() const noexcept { return begun_; }
  /// What the pass has done when it fails: rows that it committed are worth the whole patience.
  void renew_after(const copy::Progress& progress) noexcept;
  /// Says what it waits for and waits, longer each time. Throws `error`, with a hint, where another
  /// pass would not help or the time is over.
  void wait_or_throw(const model::Error& error);

 private:
  [[nodiscard]] std::string way_on() const;
  [[nodiscard]] model::Error with_way_on(const model::Error& error) const;

  using Seconds = std::chrono::seconds;
  static constexpr Seconds kFirstPause{1};

  Seconds patience_;
  const CopyArguments& arguments_;
  Console& console_;
  bool begun_ = false;
  Seconds waited_{0};
  Seconds pause_ = kFirstPause;
};

}  // namespace sluice::cli
