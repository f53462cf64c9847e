#pragma once

namespace sluice::os {

/// Lets the allocator map each block of a mebibyte and more by itself, so that its memory goes back
/// to the system when it is freed, for as long as the process lives. glibc otherwise raises that
/// limit with every large block that is freed, keeps the freed ones in heaps of their own for each
/// thread, and a run over more rows holds more memory. To be called once, before other threads
/// start; without effect with other C libraries.
void return_large_blocks();

}  // namespace sluice::os
