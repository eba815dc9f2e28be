// Copies rows from one array to another.
#pragma once

#include "compiler/codegen/site.h"

namespace rnnc::codegen {

class RowCopy {
 public:
  // Over some dims, whose strides in the arrays the accesses say.
  RowCopy(Site& site, const std::vector<ir::DimId>& dims, const schedule::Access& from,
          const schedule::Access& to);
  // From here on elements are added to what is there.
  void adds() { add_ = true; }
  // `from` and `to` are the places of the first elements. A null `from` means zeros.
  void write(Value from, Value to);

 private:
  Site& site_;
  LoopNest nest_;
  bool add_ = false;
};

}  // namespace rnnc::codegen
