#include "sluice/os/memory.h"

#include <cstdlib>  // defines __GLIBC__ where the C library is glibc

#ifdef __GLIBC__
#include <malloc.h>
#endif

namespace sluice::os {

void return_large_blocks() {
#ifdef __GLIBC__
  // Below the size of a batch, above everything that is made and freed per row or per statement:
  // mapping and unmapping those would cost time.
  constexpr int kOneMebibyte = 1 << 20;
  // NOLINTNEXTLINE(concurrency-mt-unsafe): the contract is that no other thread runs yet
  ::mallopt(M_MMAP_THRESHOLD, kOneMebibyte);
#endif
}

}  // namespace sluice::os
