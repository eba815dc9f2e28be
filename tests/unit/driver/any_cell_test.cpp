// Speed comes from the structure of the equations: the library's LSTM and the same cell under other names and
// in another order have the same stages.
#include <algorithm>

#include "compiler/driver/compile.h"
#include "compiler/driver/machine_code.h"
#include "compiler/schedule/cost.h"
#include "compiler/schedule/describe.h"
#include "compiler/schedule/uses.h"
#include "tests/unit/driver/model.h"

namespace rnnc::driver {
namespace {

constexpr const char* kLibrary = R"(
model M[N] {
  input x: seq [X]
  output y = LSTM[N](x)
}
)";

// The output gate first, operands of sums and products exchanged, the gates one by one.
constexpr const char* kInvented = R"(
cell Invented[Width] {
  input signal
  state memory: [Width]
  state voice: [Width]
  gate speak: [Width] = sigmoid(linear(signal, voice[t-1]))
  gate fresh: [Width] = tanh(linear(signal, voice[t-1]))
  gate admit: [Width] = sigmoid(linear(signal, voice[t-1]))
  gate keep: [Width] = sigmoid(linear(signal, voice[t-1]))
  memory = fresh * admit + memory[t-1] * keep
  voice = tanh(memory) * speak
  output voice
}
model M[N] {
  input x: seq [X]
  output y = Invented[N](x)
}
)";

// The same equations with one gate that squares: another structure.
constexpr const char* kOther = R"(
cell Other[N] {
  input x
  state h, c: [N]
  gate i, f, o: [N] = sigmoid(linear(x, h[t-1]))
  gate g: [N] = tanh(linear(x, h[t-1]))
  c = f * f * c[t-1] + i * g
  h = o * tanh(c)
  output h
}
model M[N] {
  input x: seq [X]
  output y = Other[N](x)
}
)";

// What a stage is but for names: in how many loops, its kind, operations and bytes, and of tiles their shape
// and graph.
std::string without_names(const schedule::Plan& plan, const schedule::Stage& stage, schedule::LoopId around) {
  auto size = [&](ir::DimId dim) {
    const ir::Dim& entry = plan.dims[dim];
    return entry.kind == ir::DimKind::constant ? entry.size : dim == plan.batch ? 3 : 5;
  };
  const schedule::Cost cost = schedule::cost_of(plan, stage);
  std::string text =
      fmt::format("{} {} {} {} {}", around.valid(), schedule::kind_of(stage), cost.flops.evaluate(size),
                  cost.read.evaluate(size), cost.written.evaluate(size));
  if (const auto* tile = std::get_if<schedule::TileStage>(&stage.kind)) {
    std::vector<int> ops;
    for (const schedule::LaneOp& op : tile->lanes.ops) ops.push_back(static_cast<int>(op.op));
    std::sort(ops.begin(), ops.end());
    text += fmt::format(" {} products, {} sums, {} x {} in {}: {}", tile->products.size(), tile->slots,
                        tile->tile.rows, tile->tile.vectors, tile->tile.m_block, fmt::join(ops, " "));
  }
  return text;
}

// Of the gradient, sorted: gates in another order are packed in another order.
std::vector<std::string> stages_of(const char* spec) {
  const SpecModel model(spec, {{"X", 24}, {"N", 32}});
  const Compiled compiled = *compile(model.model, {.gradient = true, .given = {"y"}});
  const auto plan =
      make_plan(*compiled.module.gradient, compiled.module.dims, backend::native_target().machine);
  std::vector<std::string> stages;
  schedule::walk(*plan, {[&](schedule::StageId id, schedule::LoopId around) {
    stages.push_back(without_names(*plan, (*plan)[id], around));
  }});
  std::sort(stages.begin(), stages.end());
  return stages;
}

TEST(AnyCell, OfTheSameStructureHasTheSameStages) {
  const std::vector<std::string> library = stages_of(kLibrary);
  EXPECT_EQ(library, stages_of(kInvented));
  EXPECT_NE(library, stages_of(kOther));
}

}  // namespace
}  // namespace rnnc::driver
