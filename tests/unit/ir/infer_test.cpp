// Every op: what it accepts, and each reason for which it refuses. Instructions are read from text, so the
// reader asks infer().
#include "compiler/ir/infer.h"

#include <gtest/gtest.h>

#include <map>

#include "tests/support/ir_text.h"

namespace rnnc::ir {
namespace {

constexpr const char* kTable = R"(
  batch B time T time S
  dim H = 3 dim K = 3 dim D = 2 dim HD = 6 dim HHD = 8 dim W = 100000 dim W2 = 100000
)";
constexpr const char* kInputs = R"(
  %x = input x : f32[T,B,H]     %y = input y : f32[T,B,H]     %z = input z : f32[B,H]       %k = input k : f32[B,K]
  %d = input d : f32[B,H,D]     %n = input n : i32[T,B]       %m = input m : i32[B]         %q = input q : bool[T,B,H]
  %p = input p : bool[B,H]      %w = param w : f32[H]         %v = param v : f32[K,H]       %s = input s : f32[S,B,D]
  %mh = input mh : i32[B,H]     %xt = input xt : f32[B,T,H]   %ts = input ts : f32[T,B,S]   %e = input e : f32[B,D]
)";

struct Case {
  Op op;
  const char* instruction;
  const char* refusal;  // part of the message; empty: accepted
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {Op::param, "%r = param r : f32[H,K]", ""},
      {Op::param, "%r = param r : i32[]", ""},
      {Op::param, "%r = param \"\" : f32[H]", "has no name"},
      {Op::param, "%r = param r : f32[B,H]", "has the batch or a time"},
      {Op::param, "%r = param r : f32[H,H]", "stands twice"},
      {Op::input, "%r = input r : bool[T,B]", ""},
      {Op::input, "%r = input r : f32[T,H]", "time without the batch"},
      {Op::input, "%r = input \"\" : f32[B]", "has no name"},
      {Op::constant, "%r = const -inf : f32[T,B,H]", ""},
      {Op::constant, "%r = const [1, 2, 3] : f32[H]", ""},
      {Op::constant, "%r = const 1 : bool[]", ""},
      {Op::constant, "%r = const [1, 2] : f32[H]", "2 numbers for f32[H]"},
      {Op::constant, "%r = const [1, 2, 3] : f32[B,H]", "3 numbers for f32[B,H]"},
      {Op::constant, "%r = const 0.5 : i32[]", "0.5 is no i32"},
      {Op::constant, "%r = const 3000000000 : i32[]", "is no i32"},
      {Op::constant, "%r = const 2 : bool[B]", "2 is no bool"},
      {Op::constant, "%r = const 2 : f32[T]", "time without the batch"},
      {Op::iota, "%r = iota T : i32[T]", ""},
      {Op::iota, "%r = iota H : i32[H]", ""},
      {Op::iota, "%r = iota H : f32[H]", "types are not those"},
      {Op::iota, "%r = iota H : i32[K]", "types are not those"},
      {Op::random, "%r = random uniform site 1 per step : f32[T,B,H]", ""},
      {Op::random, "%r = random bernoulli 0.25 site 1 per sequence : bool[B,H]", ""},
      {Op::random, "%r = random normal site 1 per parameter : f32[H,K]", ""},
      {Op::random, "%r = random normal site 1 per step : bool[B]", "draws f32"},
      {Op::random, "%r = random bernoulli 0.5 site 1 per step : f32[B]", "draws bool"},
      {Op::random, "%r = random bernoulli 1.5 site 1 per step : bool[B]", "not its probability"},
      {Op::random, "%r = random bernoulli nan site 1 per step : bool[B]", "not its probability"},
      {Op::random, "%r = random normal site 1 per step : f32[H]", "a step needs the batch"},
      {Op::random, "%r = random normal site 1 per step : f32[T,S,B]", "at most one time"},
      {Op::random, "%r = random normal site 1 per sequence : f32[T,B]",
       "a sequence needs the batch and no time"},
      {Op::random, "%r = random normal site 1 per sequence : f32[H]", "a sequence needs the batch"},
      {Op::random, "%r = random normal site 1 per parameter : f32[B,H]", "neither batch nor time"},
      {Op::random, "%r = random normal site 1 per parameter : f32[W,W2]", "more elements than its counter"},
      {Op::neg, "%r = neg %n : i32[T,B]", ""},
      {Op::neg, "%r = neg %q : bool[T,B,H]", "not defined for bool"},
      {Op::neg, "%r = neg %x, %x : f32[T,B,H]", "takes 1 operands, not 2"},
      {Op::abs, "%r = abs %n : i32[T,B]", ""},
      {Op::abs, "%r = abs %q : bool[T,B,H]", "not defined for bool"},
      {Op::cast, "%r = cast %n : f32[T,B]", ""},
      {Op::cast, "%r = cast %x : bool[T,B,H]", ""},
      {Op::cast, "%r = cast %x : i32[B,T,H]", "f32[T,B,H] to i32[B,T,H]"},
      {Op::detach, "%r = detach %p : bool[B,H]", ""},
      {Op::detach, "%r = detach %x : f32[B,H]", "types are not those"},
      {Op::pow, "%r = pow %x, %y : f32[T,B,H]", ""},
      {Op::pow, "%r = pow %n, %n : i32[T,B]", "not defined for i32"},
      {Op::div, "%r = div %x, %y : f32[T,B,H]", ""},
      {Op::div, "%r = div %n, %n : i32[T,B]", "not defined for i32"},
      {Op::less, "%r = less %n, %n : bool[T,B]", ""},
      {Op::less, "%r = less %q, %q : bool[T,B,H]", "not defined for bool"},
      {Op::less, "%r = less %x, %z : bool[T,B,H]", "unequal types"},
      {Op::equal, "%r = equal %q, %q : bool[T,B,H]", ""},
      {Op::equal, "%r = equal %q, %x : bool[T,B,H]", "unequal types"},
      {Op::select, "%r = select %q, %x, %y : f32[T,B,H]", ""},
      {Op::select, "%r = select %p, %p, %p : bool[B,H]", ""},
      {Op::select, "%r = select %q, %x, %z : f32[T,B,H]", "unequal types"},
      {Op::select, "%r = select %p, %x, %y : f32[T,B,H]", "condition bool[B,H] for values f32[T,B,H]"},
      {Op::select, "%r = select %x, %x, %y : f32[T,B,H]", "condition f32[T,B,H]"},
      {Op::contract, "%r = contract %v, %x over {H} : f32[T,B,K]", ""},
      {Op::contract, "%r = contract %x, %y over {T,B} : f32[H]", ""},
      {Op::contract, "%r = contract %z, %e over {} : f32[D,H,B]", ""},
      {Op::contract, "%r = contract %z, %e over {H} : f32[B,D]", "which f32[B,H] and f32[B,D] do not share"},
      {Op::contract, "%r = contract %z, %z over {H,H} : f32[B]", "twice"},
      {Op::contract, "%r = contract %z, %z over {H} : f32[B,H]", "gives the dims of f32[B]"},
      {Op::contract, "%r = contract %z, %z over {H} : i32[B]", "gives the dims of f32[B]"},
      {Op::contract, "%r = contract %m, %m over {B} : i32[]", "not both f32"},
      {Op::contract, "%r = contract %x, %y over {B} : f32[T,H]", "time without the batch"},
      {Op::reduce, "%r = reduce max %x over {T,H} : f32[B]", ""},
      {Op::reduce, "%r = reduce sum %n over {B,T} : i32[]", ""},
      {Op::reduce, "%r = reduce min %z over {} : f32[B,H]", ""},
      {Op::reduce, "%r = reduce sum %q over {T} : bool[B,H]", "not defined for bool"},
      {Op::reduce, "%r = reduce sum %z over {T} : f32[B,H]", "which f32[B,H] does not have"},
      {Op::reduce, "%r = reduce sum %z over {H,H} : f32[B]", "twice"},
      {Op::reduce, "%r = reduce sum %x over {B} : f32[T,H]", "time without the batch"},
      {Op::broadcast, "%r = broadcast %w : f32[B,H,T]", ""},
      {Op::broadcast, "%r = broadcast %x : f32[H,B,T]", ""},
      {Op::broadcast, "%r = broadcast %x : f32[B,H]", "does not fit into"},
      {Op::broadcast, "%r = broadcast %w : i32[B,H]", "does not fit into"},
      {Op::broadcast, "%r = broadcast %w : f32[T,H]", "time without the batch"},
      {Op::view, "%r = view %d : f32[B,HD]", ""},
      {Op::view, "%r = view %x : f32[T,B,K]", ""},
      {Op::view, "%r = view %x : f32[B,T,K]", "has not the elements"},
      {Op::view, "%r = view %z : f32[B,D]", "has not the elements"},
      {Op::view, "%r = view %z : i32[B,K]", "has not the elements"},
      {Op::view, "%r = view %z : f32[K,B]", "has not the elements"},
      {Op::view, "%r = view %z : f32[B,K,K]", "stands twice"},
      {Op::concat, "%r = concat %z, %k along HD : f32[B,HD]", ""},
      {Op::concat, "%r = concat %z, %z, %e along HHD : f32[B,HHD]", ""},
      {Op::concat, "%r = concat %z, %e along HD : f32[B,HD]", "do not add up"},
      {Op::concat, "%r = concat %z, %x along HD : f32[B,HD]", "does not fit into"},
      {Op::concat, "%r = concat %z, %z along HD : f32[HD,B]", "does not fit into"},
      {Op::concat, "%r = concat %z, %mh along HD : f32[B,HD]", "does not fit into"},
      {Op::concat, "%r = concat %x, %x along S : f32[S,B,H]", "no constant dimension"},
      {Op::concat, "%r = concat %z, %z along HD : f32[B,H]", "no constant dimension"},
      {Op::concat, "%r = concat %x, %x along HD : f32[HD,B,H]", "does not fit into"},
      {Op::slice, "%r = slice %x from H to D at 1 : f32[T,B,D]", ""},
      {Op::slice, "%r = slice %x from H to D at 2 : f32[T,B,D]", "2 elements at 2 of 3"},
      {Op::slice, "%r = slice %e from D to H at 0 : f32[B,H]", "3 elements at 0 of 2"},
      {Op::slice, "%r = slice %e from H to D at 0 : f32[B,D]", "no dimension of"},
      {Op::slice, "%r = slice %x from T to D at 0 : f32[D,B,H]", "not both constant"},
      {Op::slice, "%r = slice %d from H to D at 0 : f32[B,D,D]", "stands twice"},
      {Op::pad, "%r = pad %e from D to H at 1 : f32[B,H]", ""},
      {Op::pad, "%r = pad %e from D to H at 2 : f32[B,H]", "2 elements at 2 of 3"},
      {Op::pad, "%r = pad %z from H to D at 0 : f32[B,D]", "3 elements at 0 of 2"},
      {Op::pad, "%r = pad %z from D to H at 0 : f32[B,H]", "no dimension of"},
      {Op::pad, "%r = pad %z from H to S at 0 : f32[B,S]", "not both constant"},
      {Op::gather, "%r = gather %v, %n along K : f32[T,B,H]", ""},
      {Op::gather, "%r = gather %x, %m along T : f32[B,H]", ""},
      {Op::gather, "%r = gather %x, %n along T : f32[T,B,H]", ""},
      {Op::gather, "%r = gather %v, %n along D : f32[T,B,H]", "no dimension of"},
      {Op::gather, "%r = gather %v, %n along K : f32[T,B,K]", "gives the dims of"},
      {Op::gather, "%r = gather %v, %n along K : i32[T,B,H]", "gives the dims of"},
      {Op::gather, "%r = gather %v, %z along K : f32[B,H]", "are no i32"},
      {Op::gather, "%r = gather %x, %n along B : f32[T,B,H]", "the batch"},
      {Op::scatter_add, "%r = scatter_add %x, %n along K : f32[K,H]", ""},
      {Op::scatter_add, "%r = scatter_add %x, %n along K : f32[B,K,H]", ""},
      {Op::scatter_add, "%r = scatter_add %z, %m along T : f32[T,B,H]", ""},
      {Op::scatter_add, "%r = scatter_add %x, %z along K : f32[K,H]", "are no i32"},
      {Op::scatter_add, "%r = scatter_add %p, %m along K : bool[B,K,H]", "gives no"},
      {Op::scatter_add, "%r = scatter_add %z, %m along K : i32[B,K,H]", "gives no"},
      {Op::scatter_add, "%r = scatter_add %x, %n along K : f32[D,H]", "no dimension of"},
      {Op::scatter_add, "%r = scatter_add %z, %n along K : f32[K,H]", "not all dims of the indices"},
      {Op::scatter_add, "%r = scatter_add %x, %n along K : f32[K,H,D]", "has dims that"},
      {Op::scatter_add, "%r = scatter_add %z, %m along K : f32[K]", "H leaves"},
      {Op::scatter_add, "%r = scatter_add %z, %m along B : f32[B,H]", "the batch"},
      {Op::shift, "%r = shift %x along T by -2 : f32[T,B,H]", ""},
      {Op::shift, "%r = shift %x, %z, %z along T by 2 : f32[T,B,H]", ""},
      {Op::shift, "%r = shift %q along T by 1 : bool[T,B,H]", ""},
      {Op::shift, "%r = shift %x along T by 0 : f32[T,B,H]", "by 0"},
      {Op::shift, "%r = shift %x, %z along T by 2 : f32[T,B,H]", "by 2 with 1 values"},
      {Op::shift, "%r = shift %x, %z along T by -1 : f32[T,B,H]", "by -1 with 1 values"},
      {Op::shift, "%r = shift %x, %x along T by 1 : f32[T,B,H]", "before the start"},
      {Op::shift, "%r = shift %x along S by 1 : f32[T,B,H]", "no dimension of"},
      {Op::shift, "%r = shift %x along H by 1 : f32[T,B,H]", "is no time"},
      {Op::flip, "%r = flip %ts along S : f32[T,B,S]", ""},
      {Op::flip, "%r = flip %z along T : f32[B,H]", "no dimension of"},
      {Op::flip, "%r = flip %z along B : f32[B,H]", "is no time"},
      {Op::prefix, "%r = prefix sum forward %x, %z along T : f32[T,B,H]", ""},
      {Op::prefix, "%r = prefix max backward %xt, %z along T : f32[B,T,H]", ""},
      {Op::prefix, "%r = prefix affine max_plus backward %x, %y, %z along T : f32[T,B,H]", ""},
      {Op::prefix, "%r = prefix sum forward %x along T : f32[T,B,H]", "takes 2 operands, not 1"},
      {Op::prefix, "%r = prefix affine plus_times forward %x, %z along T : f32[T,B,H]", "takes 3 operands"},
      {Op::prefix, "%r = prefix affine plus_times forward %xt, %x, %z along T : f32[T,B,H]", "unequal types"},
      {Op::prefix, "%r = prefix sum forward %x, %x along T : f32[T,B,H]", "first value"},
      {Op::prefix, "%r = prefix sum forward %n, %m along T : i32[T,B]", "not defined for i32"},
      {Op::prefix, "%r = prefix sum forward %z, %z along H : f32[B,H]", "is no time"},
      {Op::scan,
       "%r, %l = scan forward T each(%x) with(%w) carry(%z) : f32[T,B,H], f32[B,H] {"
       " (%a : f32[B,H], %b : f32[H], %c : f32[B,H]) yield(o = %a) next(c = %c) }",
       ""},
      {Op::scan,
       "%l = scan backward T each() with() carry(%z) : f32[B,H] {"
       " (%c : f32[B,H]) yield() next(c = %c) }",
       ""},
      {Op::scan,
       "%l = scan forward T each() with() carry(%w) : f32[H] {"
       " (%c : f32[H]) yield() next(c = %c) }",
       ""},
      {Op::scan,
       "%l = scan forward H each(%z) with() carry(%m) : i32[B] {"
       " (%a : f32[B], %c : i32[B]) yield() next(c = %c) }",
       "is no time"},
      {Op::scan,
       "%l = scan forward T each(%z) with() carry(%z) : f32[B,H] {"
       " (%a : f32[B,H], %c : f32[B,H]) yield() next(c = %c) }",
       "each f32[B,H] has no T"},
      {Op::scan,
       "%l = scan forward T each() with(%x) carry(%z) : f32[B,H] {"
       " (%a : f32[B,H], %c : f32[B,H]) yield() next(c = %c) }",
       "not among its each"},
      {Op::scan,
       "%l = scan forward T each(%x) with() carry(%z) : f32[B,H] {"
       " (%a : f32[B,K], %c : f32[B,H]) yield() next(c = %c) }",
       "the body takes f32[B,K] for f32[T,B,H]"},
      {Op::scan,
       "%l = scan forward T each(%x) with() carry(%z) : f32[B,H] {"
       " (%c : f32[B,H]) yield() next(c = %c) }",
       "1 each, 0 with and 1 carries, but 2 operands and 1"},
      {Op::scan,
       "%l = scan forward T each() with() carry(%z) : f32[B,H] {"
       " (%c : f32[B,H]) yield() next() }",
       "0 outs and 1 carries, but 0 results"},
      {Op::scan,
       "%l = scan forward T each() with(%k) carry(%z) : f32[B,H] {"
       " (%a : f32[B,K], %c : f32[B,H]) yield() next(c = %a) }",
       "carry c begins as f32[B,H] and goes on as"},
      {Op::scan,
       "%o, %l = scan forward T each() with() carry(%z) : f32[T,B,H], f32[B,H] {"
       " (%c : f32[B,H]) %0 = const 0 : f32[H] yield(o = %0) next(c = %c) }",
       "time without the batch"},
  };
  return all;
}

// The ops of one and two elements that differ in nothing else.
std::vector<Case> regular_cases() {
  std::vector<Case> all;
  for (Op op : {Op::exp, Op::log, Op::sqrt, Op::sigmoid, Op::tanh, Op::softplus, Op::sin, Op::cos}) {
    all.push_back({op, "%r = OP %x : f32[T,B,H]", ""});
    all.push_back({op, "%r = OP %n : i32[T,B]", "not defined for i32"});
    all.push_back({op, "%r = OP %x, %x : f32[T,B,H]", "takes 1 operands"});
  }
  for (Op op : {Op::add, Op::sub, Op::mul, Op::max, Op::min}) {
    all.push_back({op, "%r = OP %x, %y : f32[T,B,H]", ""});
    all.push_back({op, "%r = OP %n, %n : i32[T,B]", ""});
    all.push_back({op, "%r = OP %x, %xt : f32[T,B,H]", "unequal types f32[T,B,H] and f32[B,T,H]"});
    all.push_back({op, "%r = OP %q, %q : bool[T,B,H]", "not defined for bool"});
    all.push_back({op, "%r = OP %x : f32[T,B,H]", "takes 2 operands"});
  }
  return all;
}

std::vector<Case> all_cases() {
  std::vector<Case> all = cases();
  for (const Case& regular : regular_cases()) all.push_back(regular);
  return all;
}

std::string text_of(const Case& c) {
  std::string instruction = c.instruction;
  if (size_t at = instruction.find("OP"); at != std::string::npos)
    instruction.replace(at, 2, info(c.op).text);
  return instruction;
}

TEST(Infer, AcceptsAndRefusesEachInstruction) {
  for (const Case& c : all_cases()) {
    SCOPED_TRACE(text_of(c));
    auto module = read(std::string("module m {") + kTable + "func @forward {" + kInputs + text_of(c) + "}}");
    if (*c.refusal == '\0') {
      ASSERT_TRUE(module) << module.error().message;
      EXPECT_TRUE(verify(*module)) << verify(*module).error().message;
    } else {
      ASSERT_FALSE(module);
      EXPECT_NE(module.error().message.find(c.refusal), std::string::npos) << module.error().message;
    }
  }
}

TEST(Infer, IsTestedBothWaysForEveryOp) {
  std::map<Op, std::pair<int, int>> counts;
  for (const Case& c : all_cases()) ++(*c.refusal == '\0' ? counts[c.op].first : counts[c.op].second);
  for (const OpInfo& op : all_ops()) {
    EXPECT_GT(counts[op.op].first, 0) << op.text << " is never accepted";
    EXPECT_GT(counts[op.op].second, 0) << op.text << " is never refused";
  }
}

// What text cannot say.
class InferDirectly : public ::testing::Test {
 protected:
  std::string refusal(Op op, const std::vector<Type>& operands, const Attributes& attributes,
                      const Type& wanted = {}) {
    auto types = infer(dims, op, operands, attributes, wanted);
    return types ? "" : types.error().message;
  }
  DimTable dims;
  DimId b = dims.add(DimKind::batch, "B");
  DimId t = dims.add(DimKind::time, "T");
  DimId h = dims.add(DimKind::constant, "H", 3);
  DimId none = dims.add(DimKind::constant, "none", 0);
  Type x{Element::real, {t, b, h}};
};

TEST_F(InferDirectly, RefusesAttributesOfAnotherOpForEveryOp) {
  for (const OpInfo& op : all_ops()) {
    std::vector<Type> operands(op.operands < 0 ? 1 : static_cast<size_t>(op.operands), x);
    Attributes wrong = op.op == Op::flip ? Attributes{OverAttr{}} : Attributes{FlipAttr{t}};
    EXPECT_NE(refusal(op.op, operands, wrong).find("attributes of another op"), std::string::npos) << op.text;
  }
}

TEST_F(InferDirectly, RefusesDimsThatDoNotExist) {
  EXPECT_NE(refusal(Op::neg, {{Element::real, {DimId{99}}}}, {}).find("does not exist"), std::string::npos);
  EXPECT_NE(refusal(Op::iota, {}, DimAttr{DimId{}}).find("does not exist"), std::string::npos);
  EXPECT_NE(refusal(Op::reduce, {x}, ReduceAttr{Reduction::sum, {DimId{7}}}).find("does not exist"),
            std::string::npos);
  EXPECT_NE(refusal(Op::broadcast, {x}, {}, {Element::real, {DimId{}}}).find("does not exist"),
            std::string::npos);
}

TEST_F(InferDirectly, RefusesASizeBelowOne) {
  EXPECT_NE(refusal(Op::constant, {}, ConstAttr{{1}}, {Element::real, {none}}).find("has size 0"),
            std::string::npos);
}

TEST_F(InferDirectly, RefusesWhatNoMemoryHolds) {
  DimId a = dims.add(DimKind::constant, "a", int64_t{1} << 40),
        c = dims.add(DimKind::constant, "c", int64_t{1} << 40);
  EXPECT_NE(refusal(Op::param, {}, NameAttr{"w"}, {Element::real, {a, c}}).find("larger than any memory"),
            std::string::npos);
}

TEST_F(InferDirectly, RefusesAScanWithoutABody) {
  ScanAttr scan;
  scan.time = t;
  EXPECT_NE(refusal(Op::scan, {}, scan).find("no body"), std::string::npos);
}

TEST_F(InferDirectly, RefusesConcatAndShiftOfNothing) {
  EXPECT_NE(refusal(Op::concat, {}, DimAttr{h}, {Element::real, {h}}).find("of nothing"), std::string::npos);
  EXPECT_NE(refusal(Op::shift, {}, ShiftAttr{t}).find("of nothing"), std::string::npos);
}

TEST_F(InferDirectly, RefusesAProbabilityOfUniform) {
  RandomAttr draw{Distribution::uniform, 0.5};
  EXPECT_NE(refusal(Op::random, {}, draw, {Element::real, {b}}).find("probability"), std::string::npos);
}

TEST_F(InferDirectly, RefusesASemiringOfSum) {
  PrefixAttr prefix{PrefixKind::sum, Semiring::max_plus, t};
  EXPECT_NE(refusal(Op::prefix, {x, x.without(t)}, prefix).find("only affine"), std::string::npos);
}

}  // namespace
}  // namespace rnnc::ir
