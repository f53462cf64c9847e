#include "sluice/pipeline/range_pipeline.h"

#include <atomic>
#include <functional>
#include <memory>
#include <set>
#include <stdexcept>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

#include "support/run_on_threads.h"

namespace sluice::pipeline {
namespace {

using Payload = std::unique_ptr<int>;
using Read = std::function<void(std::size_t, const std::function<void(Payload)>&)>;
using Write = std::function<void(Payload)>;
using Runner = std::function<void(std::size_t, std::size_t, std::stop_source&, Read, Write)>;

/// What copy uses, and its stand-in under ThreadSanitizer: both must keep the same contract.
std::vector<Runner> runners() {
  std::vector<Runner> all;
  all.emplace_back(
      [](std::size_t readers, std::size_t writers, std::stop_source& stop, Read read, Write write) {
        test::run_on_threads<Payload>(readers, writers, stop, std::move(read), std::move(write));
      });
#if !defined(__SANITIZE_THREAD__)
  all.emplace_back(
      [](std::size_t readers, std::size_t writers, std::stop_source& stop, Read read, Write write) {
        run<Payload>({readers, writers}, stop, std::move(read), std::move(write));
      });
#endif
  return all;
}

}  // namespace

TEST_CASE("every payload of every reader is written once") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    std::mutex mutex;
    std::multiset<int> written;
    runner(
        3, 2, stop,
        [](std::size_t reader, const auto& emit) {
          for (int i = 0; i < 500; ++i)
            emit(std::make_unique<int>(static_cast<int>(reader) * 1000 + i));
        },
        [&](Payload payload) {
          const std::lock_guard lock(mutex);
          written.insert(*payload);
        });
    CHECK(written.size() == 1500);
    CHECK(std::set<int>(written.begin(), written.end()).size() == 1500);
  }
}

TEST_CASE("one writer gets the payloads of one reader in their order") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    std::vector<int> written;
    runner(
        1, 1, stop,
        [](std::size_t, const auto& emit) {
          for (int i = 0; i < 300; ++i) emit(std::make_unique<int>(i));
        },
        [&](Payload payload) { written.push_back(*payload); });
    REQUIRE(written.size() == 300);
    CHECK(std::is_sorted(written.begin(), written.end()));
  }
}

TEST_CASE("no more writers run at once than were asked for, and all of them do") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    std::atomic<int> running = 0;
    std::atomic<int> most = 0;
    runner(
        4, 3, stop,
        [](std::size_t, const auto& emit) {
          for (int i = 0; i < 20; ++i) emit(std::make_unique<int>(i));
        },
        [&](Payload) {
          const int now = ++running;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) continue;
          std::this_thread::sleep_for(std::chrono::milliseconds(2));
          --running;
        });
    CHECK(most == 3);
  }
}

TEST_CASE("the first exception stops everything and comes out") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    std::atomic<int> written = 0;
    const auto attempt = [&] {
      runner(
          2, 2, stop,
          [&](std::size_t, const auto& emit) {
            for (int i = 0; i < 100000 && !stop.stop_requested(); ++i)
              emit(std::make_unique<int>(i));
          },
          [&](Payload) {
            if (++written == 10) throw std::runtime_error("the tenth");
          });
    };
    CHECK_THROWS_AS(attempt(), std::runtime_error);
    CHECK(stop.stop_requested());
    CHECK(written < 100000);
  }
}

TEST_CASE("an exception of a reader comes out after its payloads were dropped or written") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    const auto attempt = [&] {
      runner(
          2, 1, stop,
          [](std::size_t reader, const auto& emit) {
            emit(std::make_unique<int>(1));
            if (reader == 1) throw std::runtime_error("a reader");
          },
          [](Payload) {});
    };
    CHECK_THROWS_AS(attempt(), std::runtime_error);
  }
}

TEST_CASE("after a stop payloads are dropped unwritten") {
  for (const Runner& runner : runners()) {
    std::stop_source stop;
    std::atomic<int> written = 0;
    runner(
        1, 1, stop,
        [&](std::size_t, const auto& emit) {
          emit(std::make_unique<int>(1));
          while (written == 0) std::this_thread::yield();
          stop.request_stop();
          for (int i = 0; i < 100; ++i) emit(std::make_unique<int>(i));
        },
        [&](Payload) { ++written; });
    CHECK(written == 1);
  }
}

#if !defined(__SANITIZE_THREAD__)
TEST_CASE("work is done once for each index, and its first exception comes out") {
  std::stop_source stop;
  std::vector<std::atomic<int>> done(50);
  for_each(done.size(), 4, stop, [&](std::size_t index) { ++done[index]; });
  for (const auto& times : done) CHECK(times == 1);
  CHECK_THROWS_AS(for_each(10, 2, stop,
                           [](std::size_t index) {
                             if (index == 3) throw std::runtime_error("three");
                           }),
                  std::runtime_error);
  CHECK(stop.stop_requested());
}
#endif

}  // namespace sluice::pipeline
