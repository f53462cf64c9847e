#include "support/proxy.h"

#include <array>
#include <cerrno>
#include <chrono>
#include <string_view>
#include <system_error>

#include <arpa/inet.h>
#include <fcntl.h>
#include <netinet/in.h>
#include <poll.h>
#include <sched.h>
#include <sys/socket.h>
#include <unistd.h>

namespace sluice::test {
namespace {

constexpr int kPollMs = 20;
/// How long the server has to finish a request whose answer is lost. A commit takes a few
/// milliseconds.
constexpr std::chrono::milliseconds kTimeToAct{300};

[[noreturn]] void fail(const char* what) {
  throw std::system_error(errno, std::generic_category(), std::string("proxy: ") + what);
}

sockaddr_in loopback(int port) {
  sockaddr_in address{};
  address.sin_family = AF_INET;
  address.sin_port = htons(static_cast<std::uint16_t>(port));
  address.sin_addr.s_addr = htonl(INADDR_LOOPBACK);
  return address;
}

int new_socket() {
  const int fd = socket(AF_INET, SOCK_STREAM | SOCK_CLOEXEC, 0);
  if (fd < 0) fail("socket");
  return fd;
}

bool send_all(int fd, std::string_view bytes) {
  while (!bytes.empty()) {
    const ssize_t sent = send(fd, bytes.data(), bytes.size(), MSG_NOSIGNAL);
    if (sent <= 0) return false;
    bytes.remove_prefix(static_cast<std::size_t>(sent));
  }
  return true;
}

/// Closes with a reset, not with an orderly end: what a broken network looks like.
void close_hard(int fd) {
  const linger at_once{.l_onoff = 1, .l_linger = 0};
  setsockopt(fd, SOL_SOCKET, SO_LINGER, &at_once, sizeof(at_once));
  close(fd);
}

/// The calling thread, for as long as it lives.
void enter(const std::string& network) {
  const int fd = open(("/run/netns/" + network).c_str(), O_RDONLY | O_CLOEXEC);
  if (fd < 0 || setns(fd, CLONE_NEWNET) != 0) fail("network");
  close(fd);
}

}  // namespace

Proxy::Proxy(int target_port, const std::string& network) : target_port_(target_port) {
  if (network.empty()) {
    listen_at_loopback();
  } else {
    // A socket stays in the network in which it was made; the thread ends with it.
    std::jthread([&] {
      enter(network);
      listen_at_loopback();
    }).join();
  }
  acceptor_ = std::jthread([this](const std::stop_token& stop) { accept_loop(stop); });
}

void Proxy::listen_at_loopback() {
  listener_ = new_socket();
  sockaddr_in address = loopback(0);
  socklen_t size = sizeof(address);
  if (bind(listener_, reinterpret_cast<const sockaddr*>(&address), size) != 0 ||
      listen(listener_, 64) != 0 ||
      getsockname(listener_, reinterpret_cast<sockaddr*>(&address), &size) != 0) {
    fail("listen");
  }
  port_ = ntohs(address.sin_port);
}

Proxy::~Proxy() {
  acceptor_.request_stop();
  acceptor_.join();
  relays_.clear();
  close(listener_);
}

void Proxy::lose_answer_to(const std::string& text, int nth) { arm(text, nth, true); }
void Proxy::cut_before(const std::string& text, int nth) { arm(text, nth, false); }

void Proxy::arm(const std::string& text, int nth, bool reaches) {
  const std::lock_guard lock(mutex_);
  reaches_ = reaches;
  lost_ = false;
  text_ = text;
  remaining_ = nth;
}

void Proxy::cut_all() { ++cuts_; }

void Proxy::accept_loop(const std::stop_token& stop) {
  while (!stop.stop_requested()) {
    pollfd waiting{.fd = listener_, .events = POLLIN, .revents = 0};
    if (poll(&waiting, 1, kPollMs) <= 0) continue;
    const int client = accept4(listener_, nullptr, nullptr, SOCK_CLOEXEC);
    if (client < 0) continue;
    relays_.emplace_back([this, client](const std::stop_token& inner) { relay(inner, client); });
  }
}

bool Proxy::is_the_one(const char* bytes, std::size_t size) {
  const std::lock_guard lock(mutex_);
  if (remaining_ == 0 || std::string_view(bytes, size).find(text_) == std::string_view::npos)
    return false;
  return --remaining_ == 0;
}

int Proxy::port_for(const std::stop_token& stop, int client) {
  if (until_other_ <= 0) return target_port_;
  pollfd waiting{.fd = client, .events = POLLIN, .revents = 0};
  while (!stop.stop_requested() && poll(&waiting, 1, kPollMs) == 0) {
  }
  char first = 0;
  if (recv(client, &first, 1, MSG_PEEK) != 1) return target_port_;
  return --until_other_ == 0 ? other_port_ : target_port_;
}

void Proxy::relay(const std::stop_token& stop, int client) {
  const int server = new_socket();
  const sockaddr_in address = loopback(port_for(stop, client));
  const int cuts_before = cuts_;
  bool open = connect(server, reinterpret_cast<const sockaddr*>(&address), sizeof(address)) == 0;
  std::array<char, 1 << 16> buffer{};
  while (open && !stop.stop_requested() && cuts_ == cuts_before) {
    std::array<pollfd, 2> ends{pollfd{client, POLLIN, 0}, pollfd{server, POLLIN, 0}};
    if (stalled_) {
      std::this_thread::sleep_for(std::chrono::milliseconds(kPollMs));
      continue;
    }
    if (poll(ends.data(), ends.size(), kPollMs) <= 0) continue;
    for (const pollfd& end : ends) {
      if (end.revents == 0) continue;
      const ssize_t got = recv(end.fd, buffer.data(), buffer.size(), 0);
      const std::size_t size = got > 0 ? static_cast<std::size_t>(got) : 0;
      const bool lose = end.fd == client && size > 0 && is_the_one(buffer.data(), size);
      open = size > 0 && ((lose && !reaches_) ||
                          send_all(end.fd == client ? server : client, {buffer.data(), size}));
      if (lose) {
        if (reaches_) std::this_thread::sleep_for(kTimeToAct);
        lost_ = true;
        open = false;
      }
      if (!open) break;
    }
  }
  close_hard(server);
  close_hard(client);
}

}  // namespace sluice::test
