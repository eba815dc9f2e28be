// What an expression is made of while its text is being drawn: dims with their names, values with their
// magnitude.
#pragma once

#include <algorithm>
#include <string>
#include <vector>

#include "tests/support/dice.h"

namespace rnnc::random_cells {

using testing::Dice;

struct Dim {
  std::string text;  // "A", "A + X", "3"
  friend bool operator==(const Dim&, const Dim&) = default;
};
using Dims = std::vector<Dim>;

// "[A, B]"
inline std::string text(const Dims& dims) {
  std::string inside;
  for (const Dim& dim : dims) inside += (inside.empty() ? "" : ", ") + dim.text;
  return "[" + inside + "]";
}

inline Dims with(Dims dims, const Dim& last) {
  dims.push_back(last);
  return dims;
}

inline bool has(const Dims& dims, const Dim& dim) {
  return std::find(dims.begin(), dims.end(), dim) != dims.end();
}

// Something with a name that expressions may read. What is read is about 1, at most 2.
struct Value {
  std::string text;
  Dims dims;
  bool past = false;  // x[t-2]
};

// An expression. `bound`: about how large its elements may be.
struct Term {
  std::string text;
  double bound = 1;
  bool whole = true;  // stands in any place without parentheses
};

inline std::string in_parens(const Term& term) { return term.whole ? term.text : "(" + term.text + ")"; }

}  // namespace rnnc::random_cells
