// Distribute: a scan whose carries form several groups, none of which feeds back into an earlier one, becomes
// one scan for each, in order; what one yields is `each` of the next. Stacks composed inside one cell, cells
// within cells and pipelines all come to one form.
//
// Precondition: order_sums. Scans of the module's functions, not of bodies. Keeps every bit. A scan stays
// whole if an array over two times would have to cross (an attention's weights that a later group reads). Why
// here: before lift, for which the second layer's input product is then free of state; before affine, which
// solves single groups.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function distribute(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
