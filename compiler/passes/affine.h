// Affine: a scan that is one element-wise linear recurrence, s = a * s + b with a and b free of the state,
// becomes `prefix affine`, or `prefix sum` where a is 1; over (max,+), s = max(a + s, b), `prefix max` where
// a is 0. Whatever else the scan yields is then computed for all steps at once.
//
// Precondition: distribute and lift (one group of carries in a scan); scans of the module's functions, not of
// bodies. Re-associates: a and b are brought together before they meet the state. A scan stays as it is if
// its group has several carries, if a mixes elements, if the recurrence would store more elements for each
// step than what the scan yields has (a matrix memory that is only read by products), or if s begins at a
// constant that is not finite and is multiplied. Why here: after lift, which has brought out what is free of
// the state; before autodiff, for which the adjoint of a prefix is a prefix.
#pragma once

#include "compiler/passes/pass.h"

namespace rnnc::passes {

ir::Function affine(const ir::Function& function, ir::DimTable& dims);

}  // namespace rnnc::passes
