// One module as several objects, made at the same time.
#pragma once

#include "compiler/codegen/generate.h"

namespace rnnc::codegen {

// Leaves a module the functions of one part; those of the others it only declares. Each part of the same
// module is told what the others were told, so that every function is in exactly one of them.
void keep_part(llvm::Module& module, const Part& part);

}  // namespace rnnc::codegen
