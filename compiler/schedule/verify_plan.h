// Checks what code generation relies on and cannot check itself.
#pragma once

#include "compiler/schedule/plan.h"
#include "compiler/support/result.h"

namespace rnnc::schedule {

// Ids within range; each stage and each loop at exactly one place; elements and dims that fit; strides that a
// stage may ask for; everything read was written before; contents that overlap in time share no memory of the
// arena, and slots are large enough. The failure names the stage.
support::Status verify(const Plan& plan);

}  // namespace rnnc::schedule
