// Past a sequence's end everything is 0, and in the body of a scan the rows of sequences that do not run.
#pragma once

#include "compiler/interp/context.h"

namespace rnnc::interp {

// Whether a value of this type has any such place.
bool has_outside(const Context& context, const ir::Type& type);
void clear_outside(const Context& context, const ir::Type& type, Array& array);
// The array itself if it has no such place, else a cleared copy.
Ref cleared(const Context& context, const ir::Type& type, const Ref& array);

}  // namespace rnnc::interp
