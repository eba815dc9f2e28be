// A function made ready for its adjoint: what is known of its values, and a copy whose scans also yield the
// tape.
#pragma once

#include <map>

#include "compiler/autodiff/activity.h"
#include "compiler/autodiff/discard.h"
#include "compiler/autodiff/range.h"
#include "compiler/autodiff/scan_adjoint.h"
#include "compiler/ir/rewrite.h"

namespace rnnc::autodiff {

class Forward {
 public:
  // Copies every instruction but no result. All arguments must outlive this.
  Forward(const ir::Function& original, const ir::DimTable& dims, const Flags& active, const Ranges& ranges);

  const ir::Function& original() const { return copy_.from(); }
  const ir::DimTable& dims() const { return dims_; }
  const Flags& active() const { return active_; }
  const Ranges& ranges() const { return ranges_; }
  bool discardable(ir::ValueId value) const { return discardable_[value.index]; }

  const ir::Function& copy() const { return copy_.made(); }
  ir::Builder& build() { return copy_.build(); }
  // The value of the copy that stands for a value of the original.
  ir::ValueId copied(ir::ValueId value) const { return copy_[value]; }
  // Lets the results of the scan stand for those of the original.
  void replace(const std::vector<ir::ValueId>& originals, const std::vector<ir::ValueId>& copies);

  // Of a scan with an active result.
  const ScanAdjoint& scan_adjoint(ir::InstrId scan) const { return scans_.at(scan); }

 private:
  const ir::DimTable& dims_;
  const Flags& active_;
  const Ranges& ranges_;
  std::vector<bool> discardable_;
  ir::Rewriter copy_;
  std::map<ir::InstrId, ScanAdjoint> scans_;
};

}  // namespace rnnc::autodiff
