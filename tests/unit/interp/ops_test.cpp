// Every op against numbers worked out by hand. Two sequences of 3 and 2 steps; x[2] of the second is past its
// end.
#include <gtest/gtest.h>

#include <limits>
#include <set>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

constexpr double kOpNan = std::numeric_limits<double>::quiet_NaN();

constexpr const char* kOpTable = "batch B time T dim H = 2 dim D = 3 dim E = 2 dim DH = 6 dim H4 = 4";
constexpr const char* kInputs = R"(
  %a = input a : f32[B,H]    %b = input b : f32[B,H]   %n = input n : i32[B,H]   %m = input m : i32[B,H]
  %p = input p : bool[B,H]   %q = input q : bool[B,H]  %x = input x : f32[T,B]   %w = param w : f32[D,H]
  %i = input i : i32[B]      %t = input t : i32[B]     %f = input f : f32[B]     %u = input u : i32[T,B]
)";

Arguments op_arguments() {
  Arguments given;
  given.batch = 2;
  given.steps = {{"T", 3}};
  given.params = {{"w", reals({3, 2}, {1, 2, 3, 4, 5, 6})}};
  given.inputs = {{"lengths.T", whole({2}, {3, 2})},
                  {"a", reals({2, 2}, {1, -2, 0.5, 4})},
                  {"b", reals({2, 2}, {3, -2, 2, -1})},
                  {"n", whole({2, 2}, {2, -3, 0, 7})},
                  {"m", whole({2, 2}, {5, -3, 1, -7})},
                  {"p", booleans({2, 2}, {1, 0, 0, 1})},
                  {"q", booleans({2, 2}, {1, 1, 0, 0})},
                  {"x", reals({3, 2}, {1, 10, 2, 20, 3, 99})},
                  {"i", whole({2}, {2, -1})},
                  {"t", whole({2}, {1, 2})},
                  {"f", reals({2}, {100, 200})},
                  {"u", whole({3, 2}, {0, 1, 2, 1, 3, 1})}};
  return given;
}

struct Case {
  const char* instruction;
  std::vector<double> wanted;
};

const std::vector<Case>& cases() {
  static const std::vector<Case> all = {
      {"%r = param w' : f32[H]", {7, 8}},
      {"%r = input x' : f32[T,B]", {1, 2, 3, 4, 5, 0}},
      {"%r = input x'' : f32[B,H,T]", {1, 2, 3, 4, 5, 6, 7, 8, 0, 10, 11, 0}},
      {"%r = const 2.5 : f32[T,B]", {2.5, 2.5, 2.5, 2.5, 2.5, 0}},
      {"%r = const [1, 2, 3, 4, 5, 6] : f32[H,D]", {1, 2, 3, 4, 5, 6}},
      {"%r = const 1 : bool[B]", {1, 1}},
      {"%r = iota T : i32[T]", {0, 1, 2}},
      {"%r = iota D : i32[D]", {0, 1, 2}},
      {"%r = random bernoulli 1 site 0 per step : bool[T,B]", {1, 1, 1, 1, 1, 0}},
      {"%r = random bernoulli 0 site 0 per sequence : bool[B,H]", {0, 0, 0, 0}},
      {"%r = neg %a : f32[B,H]", {-1, 2, -0.5, -4}},
      {"%r = neg %n : i32[B,H]", {-2, 3, 0, -7}},
      {"%r = abs %a : f32[B,H]", {1, 2, 0.5, 4}},
      {"%r = abs %n : i32[B,H]", {2, 3, 0, 7}},
      {"%r = exp %a : f32[B,H]",
       {2.718281828459045, 0.1353352832366127, 1.6487212707001282, 54.598150033144236}},
      {"%r = exp %x : f32[T,B]",
       {2.718281828459045, 22026.465794806718, 7.38905609893065, 485165195.4097903, 20.085536923187668, 0}},
      {"%r = log %a : f32[B,H]", {0, kOpNan, -0.6931471805599453, 1.3862943611198906}},
      {"%r = sqrt %a : f32[B,H]", {1, kOpNan, 0.7071067811865476, 2}},
      {"%r = sigmoid %a : f32[B,H]",
       {0.7310585786300049, 0.11920292202211755, 0.6224593312018546, 0.9820137900379085}},
      {"%r = tanh %a : f32[B,H]",
       {0.7615941559557649, -0.9640275800758169, 0.46211715726000973, 0.999329299739067}},
      {"%r = softplus %a : f32[B,H]",
       {1.3132616875182228, 0.1269280110429726, 0.9740769841801067, 4.0181499279178094}},
      {"%r = sin %a : f32[B,H]",
       {0.8414709848078965, -0.9092974268256817, 0.479425538604203, -0.7568024953079282}},
      {"%r = cos %a : f32[B,H]",
       {0.5403023058681398, -0.4161468365471424, 0.8775825618903728, -0.6536436208636119}},
      {"%r = cast %a : i32[B,H]", {1, -2, 0, 4}},
      {"%r = cast %n : bool[B,H]", {1, 1, 0, 1}},
      {"%r = cast %p : f32[B,H]", {1, 0, 0, 1}},
      {"%r = detach %a : f32[B,H]", {1, -2, 0.5, 4}},
      {"%r = add %a, %b : f32[B,H]", {4, -4, 2.5, 3}},
      {"%r = add %n, %m : i32[B,H]", {7, -6, 1, 0}},
      {"%r = sub %a, %b : f32[B,H]", {-2, 0, -1.5, 5}},
      {"%r = sub %n, %m : i32[B,H]", {-3, 0, -1, 14}},
      {"%r = mul %a, %b : f32[B,H]", {3, 4, 1, -4}},
      {"%r = mul %n, %m : i32[B,H]", {10, 9, 0, -49}},
      {"%r = div %a, %b : f32[B,H]", {1.0 / 3, 1, 0.25, -4}},
      {"%r = pow %a, %b : f32[B,H]", {1, 0.25, 0.25, 0.25}},
      {"%r = max %a, %b : f32[B,H]", {3, -2, 2, 4}},
      {"%r = max %n, %m : i32[B,H]", {5, -3, 1, 7}},
      {"%r = min %a, %b : f32[B,H]", {1, -2, 0.5, -1}},
      {"%r = min %n, %m : i32[B,H]", {2, -3, 0, -7}},
      {"%r = less %a, %b : bool[B,H]", {1, 0, 1, 0}},
      {"%r = less %n, %m : bool[B,H]", {1, 0, 1, 0}},
      {"%r = equal %a, %b : bool[B,H]", {0, 1, 0, 0}},
      {"%r = equal %p, %q : bool[B,H]", {1, 0, 1, 0}},
      {"%r = select %p, %a, %b : f32[B,H]", {1, -2, 2, 4}},
      {"%r = select %p, %q, %p : bool[B,H]", {1, 0, 0, 0}},
      {"%r = contract %a, %w over {H} : f32[B,D]", {-3, -5, -7, 8.5, 17.5, 26.5}},
      {"%r = contract %w, %a over {H} : f32[D,B]", {-3, 8.5, -5, 17.5, -7, 26.5}},
      {"%r = contract %f, %w over {} : f32[H,B,D]",
       {100, 300, 500, 200, 600, 1000, 200, 400, 600, 400, 800, 1200}},
      {"%r = contract %x, %x over {T} : f32[B]", {14, 500}},
      {"%r = contract %x, %x over {B,T} : f32[]", {514}},
      {"%r = contract %a, %b over {} : f32[H,B]", {3, 1, 4, -4}},
      {"%r = contract %x, %f over {} : f32[T,B]", {100, 2000, 200, 4000, 300, 0}},
      {"%r = reduce sum %x over {T} : f32[B]", {6, 30}},
      {"%r = reduce sum %a over {B} : f32[H]", {1.5, 2}},
      {"%r = reduce sum %n over {B,H} : i32[]", {6}},
      {"%r = reduce max %x over {B,T} : f32[]", {20}},
      {"%r = reduce min %x over {T} : f32[B]", {1, 10}},
      {"%r = reduce max %n over {H} : i32[B]", {2, 7}},
      {"%r = reduce min %a over {} : f32[B,H]", {1, -2, 0.5, 4}},
      {"%r = broadcast %f : f32[T,B]", {100, 200, 100, 200, 100, 0}},
      {"%r = broadcast %w : f32[H,D]", {1, 3, 5, 2, 4, 6}},
      {"%r = broadcast %a : f32[H,T,B]", {1, 0.5, 1, 0.5, 1, 0, -2, 4, -2, 4, -2, 0}},
      {"%r = view %w : f32[DH]", {1, 2, 3, 4, 5, 6}},
      {"%r = concat %a, %b along H4 : f32[B,H4]", {1, -2, 3, -2, 0.5, 4, 2, -1}},
      {"%r = slice %w from D to E at 1 : f32[E,H]", {3, 4, 5, 6}},
      {"%r = pad %a from H to D at 1 : f32[B,D]", {0, 1, -2, 0, 0.5, 4}},
      {"%r = gather %w, %i along D : f32[B,H]", {5, 6, 0, 0}},
      {"%r = gather %w, %i along D : f32[H,B]", {5, 0, 6, 0}},
      {"%r = gather %x, %t along T : f32[B]", {2, 0}},
      {"%r = gather %x, %u along T : f32[T,B]", {1, 20, 3, 20, 0, 0}},
      {"%r = gather %a, %i along H : f32[B]", {0, 0}},
      {"%r = scatter_add %a, %i along D : f32[D,H]", {0, 0, 0, 0, 1, -2}},
      {"%r = scatter_add %x, %u along D : f32[D]", {1, 30, 2}},
      {"%r = scatter_add %x, %u along D : f32[D,B]", {1, 0, 0, 30, 2, 0}},
      {"%r = scatter_add %f, %t along T : f32[T,B]", {0, 0, 100, 0, 0, 0}},
      {"%r = scatter_add %n, %i along D : i32[D,H]", {0, 0, 0, 0, 2, -3}},
      {"%r = shift %x along T by 1 : f32[T,B]", {0, 0, 1, 10, 2, 0}},
      {"%r = shift %x, %f along T by 1 : f32[T,B]", {100, 200, 1, 10, 2, 0}},
      {"%r = shift %x along T by -1 : f32[T,B]", {2, 20, 3, 0, 0, 0}},
      {"%r = shift %x along T by 7 : f32[T,B]", {0, 0, 0, 0, 0, 0}},
      {"%r = flip %x along T : f32[T,B]", {3, 20, 2, 10, 1, 0}},
      {"%r = prefix sum forward %x, %f along T : f32[T,B]", {101, 210, 103, 230, 106, 0}},
      {"%r = prefix sum backward %x, %f along T : f32[T,B]", {106, 230, 105, 220, 103, 0}},
      {"%r = prefix max forward %x, %f along T : f32[T,B]", {100, 200, 100, 200, 100, 0}},
      {"%r = prefix affine plus_times forward %x, %x, %f along T : f32[T,B]",
       {101, 2010, 204, 40220, 615, 0}},
      {"%r = prefix affine plus_times backward %x, %x, %f along T : f32[T,B]",
       {609, 40210, 608, 4020, 303, 0}},
      {"%r = prefix affine max_plus forward %x, %x, %f along T : f32[T,B]", {101, 210, 103, 230, 106, 0}},
      {"%r, %l = scan forward T each(%x) with(%w) carry(%f) : f32[T,B], f32[B] {"
       " (%x : f32[B], %w : f32[D,H], %s : f32[B]) %n = add %x, %s : f32[B] yield(y = %n) next(s = %n) }",
       {101, 210, 103, 230, 106, 0}},
  };
  return all;
}

TEST(Ops, GiveWhatIsWorkedOutByHand) {
  Arguments given = op_arguments();
  given.params["w'"] = reals({2}, {7, 8});
  given.inputs["x'"] = reals({3, 2}, {1, 2, 3, 4, 5, 6});
  given.inputs["x''"] = reals({2, 2, 3}, {1, 2, 3, 4, 5, 6, 7, 8, 9, 10, 11, 12});
  for (const Case& c : cases()) {
    SCOPED_TRACE(c.instruction);
    auto results = run(kOpTable, std::string(kInputs) + c.instruction + " return r = %r", given);
    expect_near(results["r"].values, c.wanted);
  }
}

TEST(Ops, AreAllTested) {
  std::set<std::string> tested;
  for (const Case& c : cases()) {
    std::string rest = std::string(c.instruction).substr(std::string(c.instruction).find("= ") + 2);
    tested.insert(rest.substr(0, rest.find(' ')));
  }
  for (const ir::OpInfo& op : ir::all_ops()) EXPECT_TRUE(tested.count(std::string(op.text))) << op.text;
}

// Operands 1, 2, ... are the values 1, 2, ... steps before the start.
TEST(Ops, ShiftReadsTheValuesBeforeTheStart) {
  auto results = run(kOpTable, std::string(kInputs) + R"(
    %g = neg %f : f32[B]
    %k = add %f, %f : f32[B]
    %r = shift %x, %f, %g, %k along T by 3 : f32[T,B]
    %s = shift %x, %f, %g along T by 2 : f32[T,B]
    return r = %r, s = %s)",
                     op_arguments());
  EXPECT_EQ(results["r"].values, (std::vector<double>{200, 400, -100, -200, 100, 0}));
  EXPECT_EQ(results["s"].values, (std::vector<double>{-100, -200, 100, 200, 1, 0}));
}

TEST(Ops, GiveTheShapeAndElementOfTheType) {
  auto results = run(kOpTable, std::string(kInputs) + "%r = less %a, %b : bool[B,H] return r = %r, w = %w",
                     op_arguments());
  EXPECT_EQ(results["r"], booleans({2, 2}, {1, 0, 1, 0}));
  EXPECT_EQ(results["w"], reals({3, 2}, {1, 2, 3, 4, 5, 6}));
}

}  // namespace
}  // namespace rnnc::interp
