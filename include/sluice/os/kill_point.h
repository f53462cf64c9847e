#pragma once

/// Named places where a test may make the process die as if by kill -9. Compiled away unless
/// SLUICE_TEST_HOOKS is defined (never in a release build). SLUICE_KILL_AT=<name>[:<n>] in the
/// environment kills the process at the n-th pass (1 when absent) of that point;
/// SLUICE_STALL_AT=<name>[:<n>] stops it there with SIGSTOP, for tests of stale processes that wake
/// up.
#ifdef SLUICE_TEST_HOOKS
namespace sluice::os {
void pass_kill_point(const char* name) noexcept;
}
#define SLUICE_KILL_POINT(name) ::sluice::os::pass_kill_point(name)
#else
#define SLUICE_KILL_POINT(name) static_cast<void>(0)
#endif
