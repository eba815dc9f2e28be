#include "compiler/codegen/parts.h"

#include <algorithm>

namespace rnnc::codegen {

namespace {

using schedule::LaneOp;

// About how many instructions: of the loops of a stage, of the kernels of products, of a function of one
// element.
constexpr int kStage = 60, kKernels = 600, kFunction = 25;

int size_of(const LaneOp& op) {
  switch (op.op) {
    case ir::Op::exp:
    case ir::Op::log:
    case ir::Op::sigmoid:
    case ir::Op::tanh:
    case ir::Op::softplus:
    case ir::Op::sin:
    case ir::Op::cos:
    case ir::Op::pow:
      return kFunction;
    default:
      return 1;
  }
}

int size_of(const schedule::Lanes& lanes) {
  int size = static_cast<int>(4 * (lanes.loads.size() + lanes.stores.size()));
  for (const LaneOp& op : lanes.ops) size += size_of(op);
  return size;
}

struct Size {
  int instructions = kStage;
  bool has_kernels = false;
};

Size size_of(const schedule::StageKind& stage) {
  if (const auto* lanes = std::get_if<schedule::LaneStage>(&stage)) return {kStage + size_of(lanes->lanes)};
  if (const auto* fold = std::get_if<schedule::FoldStage>(&stage)) return {kStage + size_of(fold->lanes)};
  if (const auto* tile = std::get_if<schedule::TileStage>(&stage))
    return {kStage + size_of(tile->lanes), true};
  bool multiplies = std::holds_alternative<schedule::ProductStage>(stage) ||
                    std::holds_alternative<schedule::PackStage>(stage);
  return {kStage, multiplies};
}

}  // namespace

Parts::Parts(const Part& part) : index_(part.index), load_(static_cast<size_t>(part.count), 0) {
  load_[0] = kKernels;
}

// The kernels are the first part's, and so is what calls them; all else goes where least is.
bool Parts::takes(const schedule::StageKind& stage) {
  const Size size = size_of(stage);
  auto least = size.has_kernels ? load_.begin() : std::min_element(load_.begin(), load_.end());
  *least += size.instructions;
  return least - load_.begin() == index_;
}

}  // namespace rnnc::codegen
