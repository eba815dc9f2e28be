// Sharing: of instructions that compute the same from the same, one stays (also within bodies). Random draws
// of one site and type are the same draw. Operands that a scan is given twice, values that it yields twice
// and carries that begin and go on alike become one.
//
// Precondition: none. Keeps every bit. Leaves the unread doubles to dead code.
// Why here: after whatever makes instructions, so that use counts mean what they say; before the scans are
// split and lifted, which look at single values.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function share(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
