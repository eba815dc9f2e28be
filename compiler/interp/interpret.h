// Evaluates any verified function of the IR in double precision: the oracle for everything that makes machine
// code. Plain loops, one for each op; independent of Plan and code generation.
#pragma once

#include <cstdint>
#include <map>
#include <string>
#include <vector>

#include "compiler/ir/function.h"
#include "compiler/support/result.h"

namespace rnnc::interp {

// Row-major. i32 and boolean elements are held as doubles too: whole numbers, and 0 or 1.
struct Array {
  ir::Element element = ir::Element::real;
  std::vector<int64_t> shape;
  std::vector<double> values;
  friend bool operator==(const Array&, const Array&) = default;
};

// What random draws depend on (semantics.md, "Draws").
struct RandomKeys {
  uint64_t seed = 0;
  uint64_t epoch = 0;
  uint64_t step = 0;                    // of training: for draws per parameter
  std::vector<uint64_t> sequence = {};  // which sequence each row is; empty: row b is sequence b
  std::vector<uint64_t> first_t = {};   // the absolute time of each row's first step; empty: 0
};

struct Arguments {
  std::map<std::string, Array> params;
  // By the names of the function's inputs, of the shapes of their types. `lengths.<time dim>` counts whether
  // the function has that input or not; without it every sequence has all steps.
  std::map<std::string, Array> inputs;
  RandomKeys keys = {};
  int64_t batch = 1;
  std::map<std::string, int64_t> steps = {};  // by time dim
};

// The results of the function by name. Fails if arguments are missing, have another shape or element, hold
// what their element cannot, or are too large for memory. More arguments than the function has are ignored.
// Inputs are 0 past their ends, whatever was given there.
support::Result<std::map<std::string, Array>> interpret(const ir::Function& function,
                                                        const ir::DimTable& dims, const Arguments& arguments);

}  // namespace rnnc::interp
