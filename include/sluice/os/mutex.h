#pragma once

#include <mutex>

// What clang's -Wthread-safety checks (https://clang.llvm.org/docs/ThreadSafetyAnalysis.html):
// which mutex guards which member. Other compilers see nothing of it.
#if defined(__clang__)
#define SLUICE_THREAD_SAFETY(attribute) __attribute__((attribute))
#else
#define SLUICE_THREAD_SAFETY(attribute)
#endif
/// Of a member: read and written only while `mutex` is held.
#define SLUICE_GUARDED_BY(mutex) SLUICE_THREAD_SAFETY(guarded_by(mutex))
/// Of a function or lambda: called only while `mutex` is held.
#define SLUICE_REQUIRES(mutex) SLUICE_THREAD_SAFETY(requires_capability(mutex))

namespace sluice::os {

/// std::mutex under a name that the analysis knows. Held through Lock only.
class SLUICE_THREAD_SAFETY(capability("mutex")) Mutex {
 public:
  void lock() SLUICE_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() SLUICE_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

 private:
  std::mutex mutex_;
};

/// Holds a Mutex as long as it lives, but for the waits of a std::condition_variable_any.
class SLUICE_THREAD_SAFETY(scoped_lockable) Lock {
 public:
  explicit Lock(Mutex& mutex) SLUICE_THREAD_SAFETY(acquire_capability(mutex)) : mutex_(mutex) {
    mutex_.lock();
  }
  ~Lock() SLUICE_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }
  Lock(const Lock&) = delete;
  Lock& operator=(const Lock&) = delete;

  /// For condition variables.
  void lock() SLUICE_THREAD_SAFETY(acquire_capability()) { mutex_.lock(); }
  void unlock() SLUICE_THREAD_SAFETY(release_capability()) { mutex_.unlock(); }

 private:
  Mutex& mutex_;
};

}  // namespace sluice::os
