// How packed operands lie: panels [batch...][n / width][k][width].
#pragma once

#include "compiler/codegen/site.h"

namespace rnnc::codegen {

// How many panels are as wide as the n of the operand.
Value panels_of(Site& site, const std::vector<ir::DimId>& n, int width);
// The elements of one matrix.
Value matrix_elements(Site& site, const std::vector<ir::DimId>& n, const std::vector<ir::DimId>& k,
                      int width);
// Which matrix it is: the indices of `batch`, counted row-major.
Value position(Site& site, const std::vector<ir::DimId>& batch, const Values& indices);

}  // namespace rnnc::codegen
