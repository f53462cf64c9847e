#pragma once

#include <condition_variable>
#include <cstddef>
#include <deque>
#include <exception>
#include <mutex>
#include <optional>
#include <stop_token>
#include <thread>
#include <utility>
#include <vector>

namespace sluice::test {

/// The contract of pipeline::run with plain threads: ThreadSanitizer is blind inside oneTBB, and
/// here it sees everything that readers, writers and what they share do.
template <typename Payload, typename Read, typename Write>
class PlainPipeline {
 public:
  PlainPipeline(std::stop_source& stop, Read read, Write write)
      : stop_(stop), read_(std::move(read)), write_(std::move(write)) {}

  void run(std::size_t readers, std::size_t writers) {
    {
      std::vector<std::jthread> threads;
      reading_ = readers;
      for (std::size_t i = 0; i < readers; ++i) threads.emplace_back([this, i] { read_all(i); });
      for (std::size_t i = 0; i < writers; ++i) threads.emplace_back([this] { write_all(); });
    }
    if (failure_) std::rethrow_exception(failure_);
  }

 private:
  template <typename Stage>
  void guard(Stage stage) {
    try {
      stage();
    } catch (...) {
      const std::lock_guard lock(mutex_);
      if (!failure_) failure_ = std::current_exception();
      stop_.request_stop();
    }
  }

  void read_all(std::size_t reader) {
    guard([&] { read_(reader, [this](Payload payload) { put(std::move(payload)); }); });
    const std::lock_guard lock(mutex_);
    --reading_;
    changed_.notify_all();
  }

  void put(Payload payload) {
    const std::lock_guard lock(mutex_);
    queue_.push_back(std::move(payload));
    changed_.notify_all();
  }

  std::optional<Payload> next() {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [this] { return !queue_.empty() || reading_ == 0; });
    if (queue_.empty()) return std::nullopt;
    std::optional<Payload> payload(std::move(queue_.front()));
    queue_.pop_front();
    return payload;
  }

  void write_all() {
    while (std::optional<Payload> payload = next()) {
      if (!stop_.stop_requested()) guard([&] { write_(std::move(*payload)); });
    }
  }

  std::stop_source& stop_;
  Read read_;
  Write write_;
  std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Payload> queue_;   // guarded by mutex_
  std::size_t reading_ = 0;     // guarded by mutex_
  std::exception_ptr failure_;  // guarded by mutex_
};

template <typename Payload, typename Read, typename Write>
void run_on_threads(std::size_t readers, std::size_t writers, std::stop_source& stop, Read read,
                    Write write) {
  PlainPipeline<Payload, Read, Write> pipeline(stop, std::move(read), std::move(write));
  pipeline.run(readers, writers);
}

}  // namespace sluice::test
