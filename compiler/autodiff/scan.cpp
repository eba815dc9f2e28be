// The adjoint of a scan is a scan in the other direction: cotangents of outs and values of the forward steps
// come in slices, cotangents of finals begin the carries, and their ends are the cotangents of the first
// values.
#include "compiler/autodiff/rules.h"
#include "compiler/autodiff/time.h"
#include "compiler/support/check.h"

namespace rnnc::autodiff {
namespace {

ir::ValueId sliced(Step& step, const ScanAdjoint::Source& source) {
  const auto& scan = step.attr<ir::ScanAttr>();
  using Kind = ScanAdjoint::Source::Kind;
  switch (source.kind) {
    case Kind::cotangent:
      return step.cotangent_or_zeros(source.value);
    case Kind::stored:
      return step.read(source.value);
    case Kind::previous: {
      ir::ValueId first = source.first.valid() ? step.read(source.first) : source.first;
      return previous(step.emit(), step.read(source.value), scan.time, scan.direction, first);
    }
  }
  RNNC_UNREACHABLE("a slice of no kind");
}

}  // namespace

void vjp_scan(Step& step) {
  const ScanAdjoint& adjoint = step.scan_adjoint();
  const ir::ScanParts scan(step.instr());
  std::vector<ir::ValueId> each, with, first;
  for (const ScanAdjoint::Source& source : adjoint.each) each.push_back(sliced(step, source));
  for (ir::ValueId whole : adjoint.with) with.push_back(step.read(whole));
  for (size_t carry : adjoint.carries) first.push_back(step.cotangent_or_zeros(scan.finals[carry]));
  for (size_t operand : adjoint.accumulators) first.push_back(step.emit().zeros(step.type(operand)));

  std::vector<ir::ValueId> results = step.build().scan(adjoint.attr, each, with, first);
  auto result = results.begin();
  for (size_t operand : adjoint.outs)
    step.give(operand, step.build().broadcast(*result++, step.type(operand)));
  for (size_t carry : adjoint.carries) step.give(scan.each.size() + scan.with.size() + carry, *result++);
  for (size_t operand : adjoint.accumulators) step.give(operand, *result++);
}

}  // namespace rnnc::autodiff
