// Runs a function instruction by instruction.
#pragma once

#include <vector>

#include "compiler/interp/context.h"

namespace rnnc::interp {

// A function made ready to be run, once or at each step of a scan.
class Program {
 public:
  explicit Program(const ir::Function& function);

  // The results in order, given the parameters (cleared already).
  std::vector<Ref> run(const Context& context, std::vector<Ref> parameters) const;

 private:
  const ir::Function& function_;
  std::vector<std::vector<ir::ValueId>>
      dead_after_;  // by instruction: the values that nothing reads any more
};

// interpret() under the eyes of `watch`, if it is not null.
support::Result<std::map<std::string, Array>> interpret_watched(const ir::Function& function,
                                                                const ir::DimTable& dims,
                                                                const Arguments& arguments, Watch* watch);

}  // namespace rnnc::interp
