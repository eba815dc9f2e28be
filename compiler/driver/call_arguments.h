// What the trainer hands to machine code, as arguments for the interpreter.
#pragma once

#include "compiler/driver/compile.h"
#include "compiler/interp/interpret.h"
#include "runtime/train/arena.h"
#include "runtime/train/model.h"

namespace rnnc::driver {

// `signature`: the one of `compiled`, by which the call's lists are ordered.
interp::Arguments arguments_of(const train::Call& call, const train::Signature& signature,
                               const train::Arena& parameters, const Compiled& compiled);

}  // namespace rnnc::driver
