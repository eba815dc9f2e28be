// The spectral norm of a matrix.
#pragma once

#include <cstddef>
#include <vector>

namespace rnnc::driver {

// The largest singular value of a matrix of so many rows and columns, row-major, to 1e-6 of itself; NaN if an
// element is not finite. Power iteration on AᵀA, from each power the best that all powers together give
// (Lanczos 1950): two nearly equal singular values, which would hold up the plain iteration for ever, cost it
// little.
double largest_singular_value(const std::vector<double>& matrix, size_t rows, size_t columns);

}  // namespace rnnc::driver
