// Where a number that is not finite came from. For people who train: the interpreter runs once more what
// machine code has computed, and follows each such number from the instruction that made it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "compiler/interp/interpret.h"

namespace rnnc::interp {

struct Origin {
  ir::Op op = {};
  support::Span span = {};
  std::string name = {};  // of the value, for people; of a param or an input its name; may be empty
  double value = 0;       // NaN or an infinity
  std::vector<double> operands = {};        // of an op on single elements: what it was made of
  std::vector<support::Span> readers = {};  // of what is made of it, in order, then the scan that it is in
  std::optional<int64_t> row = {};          // of the batch
  std::optional<int64_t> t = {};            // step of the window
};

enum class Fault {
  nan,       // what is no number, made of numbers; infinities are numbers
  infinite,  // also an infinity that is made of finite numbers
};

// Every real number is rounded to f32, as machine code does, so that an infinity is one. Nothing if all
// results are free of that fault, whatever happened on the way: what `select` does not take has not happened.
// Else the one that was made first of those that have reached a result. Infinite constants are no fault, nor
// is what is given as an input; a param is one.
support::Result<std::optional<Origin>> find_origin(const ir::Function& function, const ir::DimTable& dims,
                                                   const Arguments& arguments, Fault fault);

}  // namespace rnnc::interp
