#include "runtime/core/cores.h"

#include <sched.h>

#include <algorithm>
#include <fstream>
#include <set>
#include <string>
#include <thread>

namespace rnnc::core {

namespace {

// Hundredths of a second of a processor per hundredth of a second, rounded up; 0 where nothing bounds it.
int bound_of_group() {
  std::ifstream file("/sys/fs/cgroup/cpu.max");
  std::string quota;
  double period = 0;
  if (!(file >> quota >> period) || quota == "max" || period <= 0) return 0;
  try {
    return static_cast<int>(std::stod(quota) / period + 0.99);
  } catch (const std::exception&) {
    return 0;
  }
}

int allowed_cores() {
  cpu_set_t allowed;
  CPU_ZERO(&allowed);
  if (sched_getaffinity(0, sizeof allowed, &allowed) != 0) return 0;
  std::set<std::string> cores;  // by the list of the processors that are one core
  for (int cpu = 0; cpu < CPU_SETSIZE; ++cpu) {
    if (!CPU_ISSET(cpu, &allowed)) continue;
    const std::string number = std::to_string(cpu);
    std::ifstream file("/sys/devices/system/cpu/cpu" + number + "/topology/thread_siblings_list");
    std::string siblings;
    cores.insert(std::getline(file, siblings) ? siblings : number);
  }
  return static_cast<int>(cores.size());
}

}  // namespace

int cores() {
  const int allowed = allowed_cores(), bound = bound_of_group();
  const int all = allowed > 0 ? allowed : static_cast<int>(std::thread::hardware_concurrency());
  return std::max(1, bound > 0 ? std::min(all, bound) : all);
}

}  // namespace rnnc::core
