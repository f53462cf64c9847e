#pragma once

#include <cstddef>
#include <exception>
#include <memory>
#include <stop_token>
#include <utility>

#include <oneapi/tbb/flow_graph.h>
#include <oneapi/tbb/global_control.h>

#include "sluice/os/mutex.h"

namespace sluice::pipeline {

/// How many stages run at once. Batches in flight are bounded by the SlotPool that the stages
/// share.
struct Limits {
  std::size_t readers = 2;
  std::size_t writers = 2;
};

/// Keeps the first exception of any stage and asks all of them to stop.
class FirstFailure {
 public:
  explicit FirstFailure(std::stop_source& stop) : stop_(stop) {}
  template <typename Stage>
  void guard(Stage&& stage) noexcept {
    try {
      std::forward<Stage>(stage)();
    } catch (...) {
      const os::Lock lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }
  /// REQUIRES: no stage is running any more.
  void rethrow() const {
    const os::Lock lock(mutex_);
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  std::stop_source& stop_;
  mutable os::Mutex mutex_;
  std::exception_ptr failure_ SLUICE_GUARDED_BY(mutex_);
};

/// Runs `read(reader, emit)` once for each reader 0..R-1, all at once; each calls `emit(payload)`
/// as often as it likes, and `write(payload)` is called once for each, at most W at once, in the
/// order of emission (starts; ends may differ). Returns when all is read and written. The first
/// exception of a stage requests `stop` and is rethrown here when the others have ended; payloads
/// emitted after a stop are dropped unwritten. Stages poll `stop` themselves. `Payload` is
/// move-only (a slot of a SlotPool). The only place that knows oneTBB.
template <typename Payload, typename Read, typename Write>
void run(const Limits& limits, std::stop_source& stop, Read read, Write write) {
  namespace flow = oneapi::tbb::flow;
  // An arena alone would run no more threads than the machine has cores; ours mostly wait for
  // servers. One more for this thread.
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            limits.readers + limits.writers + 1);
  oneapi::tbb::task_arena arena(static_cast<int>(limits.readers + limits.writers + 1));
  FirstFailure failure(stop);
  // Messages of a flow graph must be copyable, payloads are not: hence the shared pointer.
  using Message = std::shared_ptr<Payload>;
  arena.execute([&] {
    flow::graph graph;
    flow::function_node<Message, flow::continue_msg> writers(
        graph, limits.writers, [&](const Message& payload) {
          if (!stop.stop_requested()) failure.guard([&] { write(std::move(*payload)); });
          return flow::continue_msg();
        });
    flow::function_node<std::size_t, flow::continue_msg> readers(
        graph, limits.readers, [&](std::size_t reader) {
          failure.guard([&] {
            read(reader, [&](Payload payload) {
              writers.try_put(std::make_shared<Payload>(std::move(payload)));
            });
          });
          return flow::continue_msg();
        });
    for (std::size_t reader = 0; reader < limits.readers; ++reader) readers.try_put(reader);
    graph.wait_for_all();
  });
  failure.rethrow();
}

/// Calls `work(i)` for i in 0..count-1, at most `at_once` at once, started in order. First
/// exception as in run(). For index builds and the like.
template <typename Work>
void for_each(std::size_t count, std::size_t at_once, std::stop_source& stop, Work work) {
  namespace flow = oneapi::tbb::flow;
  const oneapi::tbb::global_control threads(oneapi::tbb::global_control::max_allowed_parallelism,
                                            at_once + 1);
  oneapi::tbb::task_arena arena(static_cast<int>(at_once + 1));
  FirstFailure failure(stop);
  arena.execute([&] {
    flow::graph graph;
    flow::function_node<std::size_t, flow::continue_msg> workers(
        graph, at_once, [&](std::size_t index) {
          if (!stop.stop_requested()) failure.guard([&] { work(index); });
          return flow::continue_msg();
        });
    for (std::size_t index = 0; index < count; ++index) workers.try_put(index);
    graph.wait_for_all();
  });
  failure.rethrow();
}

}  // namespace sluice::pipeline
