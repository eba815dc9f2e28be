// Fresh weights.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/sema/parameters.h"

namespace rnnc::driver {

// Elements of parameters in row-major order, by full path in the equations.
using Values = std::map<std::string, std::vector<double>>;

// What a parameter starts as depends on the seed, its path and its shape alone: another layer beside it, or
// another order of lines, changes nothing. Rounded to f32, which is what files hold.
//   glorot_uniform  U(-a, a), a = sqrt(6 / (fan in + fan out))            (Glorot & Bengio 2010)
//   orthogonal      rows or columns, whichever are fewer, orthonormal     (Saxe et al. 2014)
// fan in and fan out are the sizes of argument and result of its matrix; of a headwise one, of a head.
std::vector<double> initial_value(const sema::Parameter& parameter, uint64_t seed);
Values initial_values(const sema::Model& model, uint64_t seed);

}  // namespace rnnc::driver
