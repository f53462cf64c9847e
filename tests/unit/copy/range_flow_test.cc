#include "copy/range_flow.h"

#include <atomic>
#include <thread>
#include <vector>

#include <catch2/catch_test_macros.hpp>

namespace sluice::copy {
namespace {

using Turn = RangeFlow::Turn;
constexpr std::chrono::milliseconds kLong = std::chrono::seconds(30);

}  // namespace

TEST_CASE("batches of a range get their turn one after the other") {
  RangeFlow flow(1);
  const std::stop_source stop;
  std::vector<int> order;
  {
    std::vector<std::jthread> writers;
    for (int batch = 5; batch >= 1; --batch) {
      writers.emplace_back([&, batch] {
        if (flow.wait_turn(batch, stop.get_token(), kLong) != Turn::our_turn) return;
        order.push_back(batch);  // the turn is the lock
        flow.committed(batch);
      });
    }
  }
  CHECK(order == std::vector<int>{1, 2, 3, 4, 5});
}

TEST_CASE("a range goes on where its claim says") {
  RangeFlow flow(8);
  const std::stop_source stop;
  CHECK(flow.wait_turn(8, stop.get_token(), kLong) == Turn::our_turn);
  CHECK(flow.wait_turn(9, stop.get_token(), std::chrono::milliseconds(1)) == Turn::wait);
}

TEST_CASE("whoever waits for a lost range gives up") {
  RangeFlow flow(1);
  const std::stop_source stop;
  std::atomic<Turn> turn = Turn::wait;
  std::jthread waiting([&] { turn = flow.wait_turn(3, stop.get_token(), kLong); });
  flow.lose();
  waiting.join();
  CHECK(turn == Turn::give_up);
  CHECK(flow.lost());
  CHECK(flow.wait_turn(1, stop.get_token(), kLong) == Turn::give_up);
}

TEST_CASE("a stop ends the wait, but not a turn that has come") {
  RangeFlow flow(1);
  std::stop_source stop;
  std::atomic<Turn> turn = Turn::wait;
  std::jthread waiting([&] { turn = flow.wait_turn(2, stop.get_token(), kLong); });
  stop.request_stop();
  waiting.join();
  CHECK(turn == Turn::give_up);
  CHECK(flow.wait_turn(1, stop.get_token(), kLong) == Turn::our_turn);
}

}  // namespace sluice::copy
