// Random draws: the words of compiler/ir/draw.h, computed by the code that is written.
#pragma once

#include "compiler/codegen/code.h"

namespace rnnc::codegen {

// philox4x32 with 64-bit halves of the counter; the key and the four words of the result are i32.
Value philox(Code& code, Value counter_low, Value counter_high, Value key0, Value key1);
// Word 0 or 1 of elements: `row` has four values of as many lanes as `element`.
Value draw_word(Code& code, const Values& row, Value element, int j);

}  // namespace rnnc::codegen
