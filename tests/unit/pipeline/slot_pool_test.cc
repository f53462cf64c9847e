#include "sluice/pipeline/slot_pool.h"

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace sluice::pipeline {
namespace {

struct Buffer {
  int value = 0;
};

}  // namespace

TEST_CASE("a pool gives no more slots than it has, and takes them back") {
  SlotPool<Buffer> pool(2);
  std::stop_source stop;
  auto first = pool.take(stop.get_token());
  auto second = pool.take(stop.get_token());
  REQUIRE(first);
  REQUIRE(second);
  first->value = 7;
  std::atomic<bool> got = false;
  std::jthread waiting([&] {
    const auto third = pool.take(stop.get_token());
    // The buffer keeps what it held: that is why pools are used.
    got = third && third->value == 7;
  });
  std::this_thread::sleep_for(std::chrono::milliseconds(20));
  CHECK_FALSE(got);
  first = {};
  waiting.join();
  CHECK(got);
}

TEST_CASE("a stop ends the wait for a slot with none") {
  SlotPool<Buffer> pool(1);
  std::stop_source stop;
  const auto held = pool.take(stop.get_token());
  bool empty = false;
  std::jthread waiting([&] { empty = !pool.take(stop.get_token()); });
  stop.request_stop();
  waiting.join();
  CHECK(empty);
  CHECK_FALSE(pool.take(stop.get_token()));
}

TEST_CASE("a slot that is moved from gives nothing back") {
  SlotPool<Buffer> pool(1);
  const std::stop_source stop;
  auto slot = pool.take(stop.get_token());
  {
    const auto moved = std::move(slot);
    CHECK(moved);
  }
  const auto again = pool.take(stop.get_token());
  CHECK(again);
}

TEST_CASE("many threads never hold more slots than there are") {
  SlotPool<Buffer> pool(3);
  const std::stop_source stop;
  std::atomic<int> held = 0;
  std::atomic<int> most = 0;
  {
    std::vector<std::jthread> threads;
    for (int i = 0; i < 8; ++i) {
      threads.emplace_back([&] {
        for (int turn = 0; turn < 200; ++turn) {
          const auto slot = pool.take(stop.get_token());
          const int now = ++held;
          int seen = most;
          while (now > seen && !most.compare_exchange_weak(seen, now)) continue;
          ++slot->value;
          --held;
        }
      });
    }
  }
  CHECK(most <= 3);
  int total = 0;
  std::vector<SlotPool<Buffer>::Slot> all;
  for (int i = 0; i < 3; ++i) {
    all.push_back(pool.take(stop.get_token()));
    total += all.back()->value;
  }
  CHECK(total == 8 * 200);
}

}  // namespace sluice::pipeline
