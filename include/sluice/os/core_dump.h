#pragma once

namespace sluice::os {

/// From here on the system writes no image of this process's memory, which holds the passwords of
/// both servers: not when it crashes, and not for others of the same user who ask for it (ptrace,
/// /proc). Programs that it starts begin anew, but for the limit on core files, which they inherit.
void forbid_core_dumps() noexcept;

}  // namespace sluice::os
