// Sums and extremes.
#include <algorithm>

#include "compiler/schedule/scope.h"
#include "compiler/support/check.h"

namespace rnnc::schedule {

using ir::DimId;
using ir::Reduction;
using ir::Type;
using ir::ValueId;

namespace {

Fold fold_of(Reduction reduction) {
  switch (reduction) {
    case Reduction::sum:
      return Fold::sum;
    case Reduction::max:
      return Fold::max;
    case Reduction::min:
      return Fold::min;
  }
  RNNC_UNREACHABLE("a reduction of no kind");
}

// Vectors run along the dim that stays, if its elements stand side by side, or along the summed one.
void choose_loops(FoldStage& stage, const LaneGraph& graph, std::vector<DimId> kept,
                  std::vector<DimId> over) {
  auto best = [&](std::vector<DimId>& dims) {
    auto found = std::max_element(dims.begin(), dims.end(),
                                  [&](DimId a, DimId b) { return graph.merit(a) <= graph.merit(b); });
    int merit = found == dims.end() ? -100 : graph.merit(*found);
    return std::pair(found, merit);
  };
  auto [kept_best, kept_merit] = best(kept);
  stage.within = kept.empty() || (!over.empty() && graph.merit(over.back()) > kept_merit);
  if (over.empty()) stage.within = false;
  if (!stage.within && !kept.empty()) std::rotate(kept_best, kept_best + 1, kept.end());
  stage.over = over;
  kept.insert(kept.end(), over.begin(), over.end());
  stage.lanes = graph.finish_in_order(kept);
}

std::vector<DimId> summed_dims(const Type& type, const std::vector<DimId>& over) {
  std::vector<DimId> dims;
  for (DimId dim : type.dims) {
    if (in(over, dim)) dims.push_back(dim);
  }
  return dims;
}

}  // namespace

void plan_reduce(Scope& scope, const ir::Instr& instr) {
  const auto& reduce = std::get<ir::ReduceAttr>(instr.attributes);
  ValueId operand = instr.operands[0], result = instr.results[0];
  const Type& from = scope.type(operand);
  std::vector<DimId> over = summed_dims(from, reduce.over);
  bool rows = scope.sums_rows(over);
  bool symbols = std::any_of(over.begin(), over.end(),
                             [&](DimId dim) { return scope.dims()[dim].kind != ir::DimKind::constant; });
  LaneGraph graph;
  FoldStage stage{fold_of(reduce.reduction), {}, {}, false, -1, -1, -1, {}};
  LaneGraph::Token value, inside = -1;
  if (stage.fold == Fold::sum) {
    // What is past the ends does not matter to sums that stay within a step and a sequence.
    value = symbols ? scope.load_settled(graph, operand, rows)
                    : scope.load(graph, scope.held(operand), from.element);
  } else {
    value = scope.load(graph, scope.held(operand), from.element);
    for (LaneGraph::Token condition : scope.conditions(graph, from, true, rows)) {
      inside = inside < 0
                   ? condition
                   : graph.op(ir::Op::select, {inside, condition, graph.number(0, ir::Element::boolean)},
                              ir::Element::boolean);
    }
  }
  choose_loops(stage, graph, scope.type(result).dims, over);
  stage.value = graph.final_number(value);
  if (inside >= 0) stage.inside = graph.final_number(inside);
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

// A contraction whose operands share all dims that stay, but for those of one of them.
void plan_dot(Scope& scope, const ir::Instr& instr) {
  ValueId result = instr.results[0];
  std::vector<DimId> over =
      summed_dims(scope.type(instr.operands[0]), std::get<ir::OverAttr>(instr.attributes).over);
  bool rows = scope.sums_rows(over);
  LaneGraph graph;
  FoldStage stage{Fold::dot, {}, {}, false, -1, -1, -1, {}};
  LaneGraph::Token value = scope.load_settled(graph, instr.operands[0], rows);
  LaneGraph::Token factor = scope.load_settled(graph, instr.operands[1], rows);
  choose_loops(stage, graph, scope.type(result).dims, over);
  stage.value = graph.final_number(value);
  stage.factor = graph.final_number(factor);
  stage.to = scope.home(result);
  Access home = stage.to;
  scope.emit(std::move(stage), scope.name(result));
  scope.finish(result, home);
}

}  // namespace rnnc::schedule
