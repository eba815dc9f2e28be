// A C program that uses every function of an interface: what it gives goes to standard output, what must not
// be ends it.
#pragma once

#include <string>

#include "tests/emit/emitted.h"

namespace rnnc::emit {

// Reads from standard input what begin takes, then each input over all steps; writes each output over all
// steps. The steps of sequences seen whole are `seen`.
std::string c_program(const Interface& interface, int64_t steps, int64_t seen);

}  // namespace rnnc::emit
