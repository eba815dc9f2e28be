// Copies between arrays in different arrangements.
#pragma once

#include <vector>

#include "compiler/interp/nest.h"

namespace rnnc::interp {

// to[i] = from[i] for all i in the index space `shape`.
void copy_elements(const std::vector<int64_t>& shape, const double* from, const Strides& from_strides,
                   double* to, const Strides& to_strides);

}  // namespace rnnc::interp
