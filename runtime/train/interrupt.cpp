#include "runtime/train/interrupt.h"

#include <signal.h>

namespace rnnc::train {

namespace {

// A handler may touch nothing else.
volatile std::sig_atomic_t pressed = 0;

void on_signal(int /*signal*/) { pressed = 1; }

void watch(int signal, struct sigaction& before) {
  struct sigaction action = {};
  action.sa_handler = on_signal;
  sigemptyset(&action.sa_mask);
  action.sa_flags = SA_RESETHAND | SA_RESTART;
  ::sigaction(signal, &action, &before);
}

}  // namespace

Interrupt::Interrupt() {
  pressed = 0;
  watch(SIGINT, before_int_);
  watch(SIGTERM, before_term_);
}

Interrupt::~Interrupt() {
  ::sigaction(SIGINT, &before_int_, nullptr);
  ::sigaction(SIGTERM, &before_term_, nullptr);
}

bool Interrupt::requested() { return pressed != 0; }

}  // namespace rnnc::train
