// Which stages of a plan each of several objects has.
#pragma once

#include <vector>

#include "compiler/codegen/generate.h"
#include "compiler/schedule/plan.h"

namespace rnnc::codegen {

class Parts {
 public:
  explicit Parts(const Part& part);

  // Whether the next stage belongs to this part. Every part asks for the same stages in the same order.
  bool takes(const schedule::StageKind& stage);

 private:
  int index_;
  std::vector<int> load_;  // of each part: about how much code it has
};

}  // namespace rnnc::codegen
