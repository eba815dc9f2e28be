// The scan that runs against a scan: its body, and where each of its operands comes from. README.md has an
// example.
#pragma once

#include <vector>

#include "compiler/ir/function.h"

namespace rnnc::autodiff {

class Forward;

struct ScanAdjoint {
  // What a slice of the adjoint is cut from.
  struct Source {
    enum class Kind {
      cotangent,  // of `value`, a result of the original scan
      stored,     // `value` of the forward copy: an operand of the scan, or one of its outs
      previous,   // the same one step earlier, `first` before the first step: what a carry was
    };
    Kind kind;
    ir::ValueId value;
    ir::ValueId first = {};  // of the forward copy; invalid: 0
  };

  ir::ScanAttr attr;  // the body, the other direction, the counts
  std::vector<Source> each;
  std::vector<ir::ValueId> with;  // values of the forward copy
  std::vector<size_t>
      carries;  // carries of the original: the first carries of the adjoint are their cotangents
  std::vector<size_t>
      accumulators;          // operands of the original, seen whole: further carries add up their cotangents
  std::vector<size_t> outs;  // operands of the original, sliced: the outs are their cotangents
};

// Appends the scan to the forward copy, with an out for each value that its adjoint reads, and derives the
// adjoint.
ScanAdjoint extend_scan(Forward& outer, ir::InstrId scan);

}  // namespace rnnc::autodiff
