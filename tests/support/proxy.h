#pragma once

#include <atomic>
#include <cstddef>
#include <memory>
#include <mutex>
#include <string>
#include <thread>
#include <vector>

namespace sluice::test {

/// A TCP relay in front of a server's loopback port that can lose answers, as a network does at the
/// worst moment. Threads of its own; all functions may be called from any thread.
class Proxy {
 public:
  /// `network`: the namespace (ip netns) on whose loopback it listens; empty: this one.
  explicit Proxy(int target_port, const std::string& network = {});
  Proxy(const Proxy&) = delete;
  Proxy& operator=(const Proxy&) = delete;
  ~Proxy();

  [[nodiscard]] int port() const noexcept { return port_; }

  /// The `nth` time (from 1, over all connections) that a client sends bytes holding `text`, the
  /// server gets them, has time to act on them, and the connection is cut before a byte of the
  /// answer comes back. Text that is torn over two reads is not seen: choose something short, such
  /// as COMMIT.
  void lose_answer_to(const std::string& text, int nth = 1);
  /// The `nth` time that a client sends bytes holding `text`, the connection is cut and the server
  /// never gets them.
  void cut_before(const std::string& text, int nth = 1);
  /// New connections go to another server from now on, as a balancer or a changed name leads them.
  void lead_to(int target_port) noexcept { target_port_ = target_port; }
  /// Only the `nth` new connection from now on (from 1) goes there, of those whose client says
  /// something: a look at whether anybody is there does not count. For protocols in which the
  /// client speaks first.
  void lead_one_to(int target_port, int nth) noexcept {
    other_port_ = target_port;
    until_other_ = nth;
  }
  /// True once an answer, or a request, was lost.
  [[nodiscard]] bool lost() const noexcept { return lost_; }
  /// Cuts all connections; new ones are served.
  void cut_all();
  /// From now on not a byte gets through in either direction, and no connection ends: a black hole.
  void stall() { stalled_ = true; }
  void go_on() { stalled_ = false; }

 private:
  void listen_at_loopback();
  void accept_loop(const std::stop_token& stop);
  void relay(const std::stop_token& stop, int client);
  [[nodiscard]] int port_for(const std::stop_token& stop, int client);
  void arm(const std::string& text, int nth, bool reaches);
  /// True if this is the request that is to be lost, or its answer.
  bool is_the_one(const char* bytes, std::size_t size);

  std::atomic<int> target_port_;
  std::atomic<int> other_port_ = 0;
  std::atomic<int> until_other_ = 0;
  int listener_ = -1;
  int port_ = 0;
  std::atomic<bool> lost_ = false;
  std::atomic<bool> stalled_ = false;
  std::atomic<int> cuts_ = 0;
  std::mutex mutex_;
  std::string text_;                  // guarded by mutex_
  int remaining_ = 0;                 // guarded by mutex_
  std::atomic<bool> reaches_ = true;  // that request, the server
  std::vector<std::jthread>
      relays_;  // touched by the accepting thread, and by the destructor after it has ended
  std::jthread acceptor_;
};

}  // namespace sluice::test
