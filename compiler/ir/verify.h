// Checks everything that semantics.md promises of a function: operands defined before use, types as inferred,
// no dimension twice in a type, bodies of scans closed and without their own time, names of params and inputs
// unique and with one type.
#pragma once

#include "compiler/ir/module.h"
#include "compiler/support/result.h"

namespace rnnc::ir {

// The failure names the instruction by its text form.
support::Status verify(const Function& function, const DimTable& dims);
// All functions, and that State, params and inputs agree between them.
support::Status verify(const Module& module);

}  // namespace rnnc::ir
