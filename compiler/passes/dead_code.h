// Dead code: drops instructions that no result needs. Of a scan also the outs and finals that nothing reads,
// the carries that nothing but themselves read, and the `each` and `with` operands that its body does not
// read; a scan of which nothing is read goes.
//
// Precondition: none. Keeps every bit. Params and inputs stay: they are the function's border, and the caller
// fills them anyway. Why here: after every pass that leaves orphans, so that the next one counts only readers
// that exist.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function dead_code(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
