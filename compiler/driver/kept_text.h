// What a checkpoint keeps of a spec, so that it can be run when files and library have changed.
#pragma once

#include "compiler/driver/spec.h"

namespace rnnc::driver {

// The text of the file that holds the model, of its imports, and of the library's cells and functions whose
// names stand in any of these, or in one another.
KeptText kept_text(const Spec& spec, const sema::Model& model);

}  // namespace rnnc::driver
