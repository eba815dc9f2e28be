// The text form of the IR: print(read(text)) == text for printed text, read(print(module)) == module but for
// spans.
#pragma once

#include <string>
#include <string_view>

#include "compiler/ir/module.h"
#include "compiler/support/result.h"

namespace rnnc::ir {

std::string print(const Module& module);
std::string print(const Function& function, const DimTable& dims);
// One instruction on one line ("%h = mul %o, %c_2 : f32[B,H]"); the body of a scan is left out.
std::string print(const Function& function, InstrId instr, const DimTable& dims);

// The failure says line and column (spans are not part of the text form).
support::Result<Module> read(std::string_view text);

}  // namespace rnnc::ir
