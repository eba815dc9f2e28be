// Ctrl-C, once to stop at a good place, twice to quit.
#pragma once

#include <csignal>

namespace rnnc::train {

// While it lives, the first SIGINT or SIGTERM only sets a flag. The second has the system's own effect: it
// ends the process with the status that tells the caller so. One at a time.
class Interrupt {
 public:
  Interrupt();
  ~Interrupt();
  Interrupt(const Interrupt&) = delete;
  Interrupt& operator=(const Interrupt&) = delete;

  static bool requested();

 private:
  struct sigaction before_int_ = {};
  struct sigaction before_term_ = {};
};

}  // namespace rnnc::train
