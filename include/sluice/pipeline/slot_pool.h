#pragma once

#include <condition_variable>
#include <cstddef>
#include <memory>
#include <stop_token>
#include <utility>
#include <vector>

#include "sluice/os/mutex.h"

namespace sluice::pipeline {

/// A fixed number of reusable payloads: what bounds the memory of a pipeline. A reader waits here
/// for a free one, a writer gives it back by letting its Slot go. Safe to use from all threads;
/// must outlive its slots.
template <typename Payload>
class SlotPool {
 public:
  /// The right to use one payload until destroyed. Move-only.
  class Slot {
   public:
    Slot() = default;
    Slot(Slot&& other) noexcept
        : pool_(std::exchange(other.pool_, nullptr)), payload_(std::move(other.payload_)) {}
    Slot& operator=(Slot&& other) noexcept {
      std::swap(pool_, other.pool_);
      std::swap(payload_, other.payload_);
      return *this;
    }
    Slot(const Slot&) = delete;
    Slot& operator=(const Slot&) = delete;
    ~Slot() {
      if (pool_ != nullptr) pool_->give_back(std::move(payload_));
    }
    [[nodiscard]] explicit operator bool() const noexcept { return payload_ != nullptr; }
    [[nodiscard]] Payload& operator*() const noexcept { return *payload_; }
    [[nodiscard]] Payload* operator->() const noexcept { return payload_.get(); }

   private:
    friend class SlotPool;
    Slot(SlotPool* pool, std::unique_ptr<Payload> payload) noexcept
        : pool_(pool), payload_(std::move(payload)) {}
    SlotPool* pool_ = nullptr;
    std::unique_ptr<Payload> payload_;
  };

  explicit SlotPool(std::size_t slots) {
    for (std::size_t made = 0; made < slots; ++made) free_.push_back(std::make_unique<Payload>());
  }

  /// Waits for a free payload. An empty Slot when a stop was requested first.
  [[nodiscard]] Slot take(const std::stop_token& stop) {
    os::Lock lock(mutex_);
    if (!available_.wait(lock, stop, [this]() SLUICE_REQUIRES(mutex_) { return !free_.empty(); }))
      return {};
    if (stop.stop_requested()) return {};
    std::unique_ptr<Payload> payload = std::move(free_.back());
    free_.pop_back();
    return Slot(this, std::move(payload));
  }

 private:
  void give_back(std::unique_ptr<Payload> payload) noexcept {
    {
      const os::Lock lock(mutex_);
      free_.push_back(std::move(payload));
    }
    available_.notify_one();
  }

  os::Mutex mutex_;
  std::condition_variable_any available_;
  std::vector<std::unique_ptr<Payload>> free_ SLUICE_GUARDED_BY(mutex_);
};

}  // namespace sluice::pipeline
