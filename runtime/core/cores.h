// What this process may use of the machine.
#pragma once

namespace rnnc::core {

// Not counting a core twice that runs two threads, and no more than the group of processes has time for.
int cores();

}  // namespace rnnc::core
