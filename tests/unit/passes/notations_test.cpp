// One cell in three notations ends as one graph.
#include <gtest/gtest.h>

#include <algorithm>

#include "compiler/driver/pipeline.h"
#include "compiler/ir/rewrite.h"
#include "tests/support/central_differences.h"
#include "tests/support/ir_text.h"
#include "tests/unit/passes/same_results.h"

namespace rnnc::passes {
namespace {

using ir::Function;
using ir::Instr;
using ir::InstrId;
using ir::Op;
using ir::ValueId;

const std::string kTable = R"(dim X = 2  dim H = 3  dim H' = 3  dim "H+X" = 5  dim "4*H" = 12  batch B  time T
  state h : f32[B,H] first 0  state c : f32[B,H] first 0
)";

// What is the same in all: the cell after its four sums.
const std::string kCell = R"(
      %i = sigmoid %is : f32[B,H]  %f = sigmoid %fs : f32[B,H]  %g = tanh %gs : f32[B,H]  %o = sigmoid %os : f32[B,H]
      %fc = mul %f, %c1 : f32[B,H]  %ig = mul %i, %g : f32[B,H]  %c = add %fc, %ig : f32[B,H]
      %tc = tanh %c : f32[B,H]  %h = mul %o, %tc : f32[B,H]
      yield(h = %h) next(h = %h, c = %c)
    }
    return h = %h, state.h = %hT, state.c = %cT)";
const std::string kStackInputs =
    R"(%x = input x : f32[T,B,X]  %h0 = input state.h : f32[B,H]  %c0 = input state.c : f32[B,H]
)";
const std::string kResults = " : f32[T,B,H], f32[B,H], f32[B,H] {\n";

// The text for each of the gates, $ being its letter.
std::string for_gates(const std::string& text, const std::string& between = "") {
  std::string all;
  for (char gate : std::string("ifgo")) {
    if (!all.empty()) all += between;
    for (char letter : text) all += letter == '$' ? gate : letter;
  }
  return all;
}

// linear(x, h[t-1])
ir::Module separate() {
  return testing::forward_of(
      kTable,
      kStackInputs +
          for_gates("%W$ = param W.$ : f32[H,X]  %U$ = param U.$ : f32[H,H']  %b$ = param b.$ : f32[H]\n") +
          "%h, %hT, %cT = scan forward T each(%x) with(" + for_gates("%W$, %U$, %b$", ", ") +
          ") carry(%h0, %c0)" + kResults + "(%x : f32[B,X], " +
          for_gates("%W$ : f32[H,X], %U$ : f32[H,H'], %b$ : f32[H]", ", ") +
          ", %h1 : f32[B,H], %c1 : f32[B,H])  %k = view %h1 : f32[B,H']\n" +
          for_gates(R"(%$1 = contract %W$, %x over {X} : f32[B,H]  %$2 = contract %U$, %k over {H'} : f32[B,H]
            %$3 = add %$1, %$2 : f32[B,H]  %$4 = broadcast %b$ : f32[B,H]  %$s = add %$3, %$4 : f32[B,H]
            )") +
          kCell);
}

// W @ [h[t-1], x] + b
ir::Module joined() {
  return testing::forward_of(
      kTable, kStackInputs + for_gates("%W$ = param W.$ : f32[H,\"H+X\"]  %b$ = param b.$ : f32[H]\n") +
                  "%h, %hT, %cT = scan forward T each(%x) with(" + for_gates("%W$, %b$", ", ") +
                  ") carry(%h0, %c0)" + kResults + "(%x : f32[B,X], " +
                  for_gates("%W$ : f32[H,\"H+X\"], %b$ : f32[H]", ", ") +
                  ", %h1 : f32[B,H], %c1 : f32[B,H])\n" +
                  for_gates(R"(%$1 = concat %h1, %x along "H+X" : f32[B,"H+X"]
            %$2 = contract %W$, %$1 over {"H+X"} : f32[B,H]
            %$4 = broadcast %b$ : f32[B,H]  %$s = add %$2, %$4 : f32[B,H]
            )") + kCell);
}

// split(W @ [h[t-1], x] + b)
ir::Module stacked() {
  std::string slices;
  int start = 0;
  for (char gate : std::string("ifgo")) {
    slices += std::string("%") + gate + "s = slice %all from \"4*H\" to H at " + std::to_string(start) +
              " : f32[B,H]\n";
    start += 3;
  }
  return testing::forward_of(kTable, kStackInputs +
                                         R"(%W = param W : f32["4*H","H+X"]  %b = param b : f32["4*H"]
    %h, %hT, %cT = scan forward T each(%x) with(%W, %b) carry(%h0, %c0))" +
                                         kResults + R"(
      (%x : f32[B,X], %W : f32["4*H","H+X"], %b : f32["4*H"], %h1 : f32[B,H], %c1 : f32[B,H])
      %j = concat %h1, %x along "H+X" : f32[B,"H+X"]
      %p = contract %W, %j over {"H+X"} : f32[B,"4*H"]  %q = broadcast %b : f32[B,"4*H"]
      %all = add %p, %q : f32[B,"4*H"]
      )" + slices + kCell);
}

bool is_param(const Function& function, ValueId value) {
  const Instr* made = function.producer(value);
  while (made && (made->op == Op::slice || made->op == Op::view)) made = function.producer(made->operands[0]);
  return made && made->op == Op::param;
}

// The function with every param, or part of one, as a param of its own that is called by a number, in the
// order in which they are read.
Function with_parts_as_params(const Function& function, const ir::DimTable& dims) {
  ir::Rewriter copy(function, dims);
  std::vector<ValueId> parts;
  for (const Instr& instr : function.instrs()) {
    for (ValueId operand : instr.operands) {
      bool known = std::find(parts.begin(), parts.end(), operand) != parts.end();
      if (!is_param(function, instr.results[0]) && is_param(function, operand) && !known)
        parts.push_back(operand);
    }
  }
  for (size_t i = 0; i < parts.size(); ++i)
    copy.replace(parts[i], copy.build().param("p" + std::to_string(i), function.type(parts[i])));
  for (uint32_t i = 0; i < function.instrs().size(); ++i) {
    if (!is_param(function, function.instrs()[i].results[0])) copy.copy(InstrId{i});
  }
  return testing::anonymous(copy.finish());
}

std::string forward_text(const ir::Module& module) {
  const ir::Module done = driver::run_pipeline(module, {})->module;
  EXPECT_EQ(testing::wrong_with(module.forward, done.forward, done.dims, testing::Exactness::rounding), "");
  return ir::print(with_parts_as_params(done.forward, done.dims), done.dims);
}

TEST(Notations, EndAsOneGraph) {
  const std::string text = forward_text(separate());
  EXPECT_EQ(forward_text(joined()), text);
  EXPECT_EQ(forward_text(stacked()), text);
}

// Input products and biases are one value each that has left the loop, which has nothing but the products
// with the state and the lanes behind them.
TEST(Notations, LeaveOnlyTheStateInTheLoop) {
  const std::string weights = [] {
    std::string all;
    for (int i = 0; i < 12; ++i) {
      const char* type[] = {"f32[H,X]", "f32[H]"};
      all += "%p" + std::to_string(i) + " = param p" + std::to_string(i) + " : " +
             (i < 8 ? type[i % 2] : "f32[H,H']") + "\n";
    }
    return all;
  }();
  std::string hoisted;
  int part = 0;
  for (char gate : std::string("ofig")) {
    const std::string g(1, gate), w = std::to_string(2 * part), b = std::to_string(2 * part + 1);
    hoisted += "%" + g + "1 = contract %p" + w + ", %x over {X} : f32[T,B,H]  %" + g + "2 = broadcast %p" +
               b + " : f32[T,B,H]  %z" + g + " = add %" + g + "1, %" + g + "2 : f32[T,B,H]\n";
    ++part;
  }
  const ir::Module expected = testing::forward_of(kTable, weights + kStackInputs + hoisted + R"(
    %h, %hT, %cT = scan forward T each(%zo, %zf, %zi, %zg) with(%p8, %p9, %p10, %p11) carry(%h0, %c0))" +
                                                              kResults + R"(
      (%zo : f32[B,H], %zf : f32[B,H], %zi : f32[B,H], %zg : f32[B,H], %Uo : f32[H,H'], %Uf : f32[H,H'],
       %Ui : f32[H,H'], %Ug : f32[H,H'], %h1 : f32[B,H], %c1 : f32[B,H])
      %k = view %h1 : f32[B,H']
      %o1 = contract %Uo, %k over {H'} : f32[B,H]  %os = add %zo, %o1 : f32[B,H]  %o = sigmoid %os : f32[B,H]
      %f1 = contract %Uf, %k over {H'} : f32[B,H]  %fs = add %zf, %f1 : f32[B,H]  %f = sigmoid %fs : f32[B,H]
      %fc = mul %f, %c1 : f32[B,H]
      %i1 = contract %Ui, %k over {H'} : f32[B,H]  %is = add %zi, %i1 : f32[B,H]  %i = sigmoid %is : f32[B,H]
      %g1 = contract %Ug, %k over {H'} : f32[B,H]  %gs = add %zg, %g1 : f32[B,H]  %g = tanh %gs : f32[B,H]
      %ig = mul %i, %g : f32[B,H]  %c = add %fc, %ig : f32[B,H]
      %tc = tanh %c : f32[B,H]  %h = mul %o, %tc : f32[B,H]
      yield(h = %h) next(h = %h, c = %c)
    }
    return h = %h, state.h = %hT, state.c = %cT)");
  EXPECT_EQ(forward_text(separate()), ir::print(testing::anonymous(expected.forward), expected.dims));
}

size_t contracts_over(const Function& function, const std::vector<std::string>& over,
                      const ir::DimTable& dims) {
  size_t count = 0;
  for (const Instr& instr : function.instrs()) {
    if (instr.op != Op::contract) continue;
    std::vector<std::string> names;
    for (ir::DimId dim : std::get<ir::OverAttr>(instr.attributes).over) names.push_back(dims[dim].name);
    count += names == over ? 1 : 0;
  }
  return count;
}

// Weight gradients are sums over all steps at once; the adjoint's loop has the four products with the
// transposed recurrent weights, carries nothing but the cotangents of h and c, and makes tanh(c) again.
TEST(Notations, HaveAnAdjointWithoutWeightGradientsInTheLoop) {
  ir::Module module = separate();
  driver::PipelineOptions options;
  options.gradient = testing::request_everything(module.forward);
  const ir::Module done = driver::run_pipeline(module, options)->module;
  EXPECT_EQ(contracts_over(*done.gradient, {"T", "B"}, done.dims), 8u);
  std::vector<const Instr*> scans;
  for (const Instr& instr : done.gradient->instrs()) {
    if (instr.op == Op::scan) scans.push_back(&instr);
  }
  ASSERT_EQ(scans.size(), 2u);
  const ir::ScanParts forward(*scans[0]), adjoint(*scans[1]);
  EXPECT_EQ(forward.attr.outs, 6u);  // i f g o c h
  EXPECT_EQ(adjoint.attr.carries, 2u);
  EXPECT_EQ(adjoint.attr.outs, 4u);
  EXPECT_EQ(contracts_over(adjoint.body, {"H"}, done.dims), 4u);
  EXPECT_TRUE(std::ranges::any_of(adjoint.body.instrs(), [](const Instr& i) { return i.op == Op::tanh; }));
}

}  // namespace
}  // namespace rnnc::passes
