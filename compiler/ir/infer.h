// The types of an instruction's results, or why it is not well-formed. One rule per op; the only place that
// knows them: Builder, reader and verifier all ask here.
#pragma once

#include <vector>

#include "compiler/ir/function.h"
#include "compiler/support/result.h"

namespace rnnc::ir {

// `operands` are the types of the operands. `wanted` is the result type that the instruction declares; used
// by the ops whose operands do not determine it (param input const iota random cast contract broadcast view
// concat gather scatter_add) and ignored by the others.
support::Result<std::vector<Type>> infer(const DimTable& dims, Op op, const std::vector<Type>& operands,
                                         const Attributes& attributes, const Type& wanted);

}  // namespace rnnc::ir
