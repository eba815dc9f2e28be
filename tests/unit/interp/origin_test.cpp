// Numbers that are not finite are followed back to the element of the instruction that made them.
#include "compiler/interp/origin.h"

#include <limits>

#include "tests/unit/interp/run.h"

namespace rnnc::interp {
namespace {

constexpr double kOriginInf = std::numeric_limits<double>::infinity();

// Two sequences of three steps and of two.
Arguments arguments(std::vector<double> x) {
  Arguments given;
  given.batch = 2;
  given.steps = {{"T", 3}};
  given.inputs = {
      {"lengths.T", whole({2}, {3, 2})}, {"x", reals({3, 2}, std::move(x))}, {"s", reals({2}, {1, 1})}};
  given.params = {{"w", reals({2}, {1, 2})}};
  return given;
}

std::optional<Origin> origin_of(const std::string& instructions, const Arguments& given, Fault fault) {
  const ir::Module module = testing::forward_of(
      "batch B time T dim H = 2",
      "%x = input x : f32[T,B] %s = input s : f32[B] %w = param w : f32[H]\n" + instructions);
  auto found = find_origin(module.forward, module.dims, given, fault);
  EXPECT_TRUE(found) << (found ? "" : found.error().message);
  return found ? *found : std::nullopt;
}

TEST(Origin, OfAQuotientIsItsFirstPlace) {
  const char* text = "%q = div %x, %x : f32[T,B] %r = reduce sum %q over {T,B} : f32[] return r = %r";
  EXPECT_FALSE(origin_of(text, arguments({1, 2, 3, 4, 5, 0}), Fault::infinite));  // past the end
  const auto found = origin_of(text, arguments({1, 2, 3, 0, 0, 0}), Fault::nan);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->op, ir::Op::div);
  EXPECT_EQ(found->name, "q");
  EXPECT_EQ(found->row, 1);
  EXPECT_EQ(found->t, 1);
  EXPECT_EQ(found->operands, (std::vector<double>{0, 0}));
  EXPECT_TRUE(std::isnan(found->value));
  EXPECT_EQ(found->readers.size(), 1u);
}

TEST(Origin, IsCarriedThroughLoopsAndSums) {
  const auto found = origin_of(R"(
    %y, %l = scan forward T each(%x) with() carry(%s) : f32[T,B], f32[B] {
      (%x : f32[B], %s : f32[B])
      %root = sqrt %x : f32[B]
      %n = mul %root, %s : f32[B]
      yield(y = %n) next(s = %n)
    }
    %late = shift %y along T by 1 : f32[T,B]
    %wide = contract %late, %w over {} : f32[T,B,H]
    %r = reduce max %wide over {T,B,H} : f32[] return r = %r)",
                               arguments({4, 4, -4, 4, 4, 0}), Fault::nan);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->op, ir::Op::sqrt);
  EXPECT_EQ(found->row, 0);
  EXPECT_EQ(found->t, 1);
  EXPECT_EQ(found->operands, std::vector<double>{-4});
  EXPECT_EQ(found->readers.size(), 2u);  // the product, and the scan
}

TEST(Origin, IsNotWhatNothingTakes) {
  const char* text = R"(
    %root = sqrt %x : f32[T,B] %zero = const 0 : f32[T,B] %bad = less %x, %zero : bool[T,B]
    %y = select %bad, %zero, %root : f32[T,B] return y = %y)";
  EXPECT_FALSE(origin_of(text, arguments({-1, 2, -3, 4, 5, 6}), Fault::nan));
}

TEST(Origin, OfAnInfinityIsWhereF32Ends) {
  const char* text = "%e = exp %x : f32[T,B] %d = div %e, %e : f32[T,B] return d = %d";
  const Arguments given = arguments({1, 2, 80, 89, 100, 0});
  const auto quotient = origin_of(text, given, Fault::nan), power = origin_of(text, given, Fault::infinite);
  ASSERT_TRUE(quotient && power);
  EXPECT_EQ(quotient->op, ir::Op::div);
  EXPECT_EQ(quotient->operands, (std::vector<double>{kOriginInf, kOriginInf}));
  EXPECT_EQ(power->op, ir::Op::exp);
  EXPECT_EQ(power->operands, std::vector<double>{89});
  EXPECT_EQ(power->value, kOriginInf);
  EXPECT_EQ(power->row, 1);
  EXPECT_EQ(power->t, 1);
  EXPECT_FALSE(origin_of("%e = exp %x : f32[T,B] return e = %e", given, Fault::nan));
  EXPECT_FALSE(origin_of(text, arguments({1, 2, 80, 88, 85, 0}), Fault::infinite));
}

TEST(Origin, IsNoneOfWhatWasInfiniteFromTheStart) {
  const char* text = R"(
    %low = const -inf : f32[T,B] %sum = add %low, %x : f32[T,B] %y = max %sum, %x : f32[T,B]
    return sum = %sum, y = %y)";
  EXPECT_FALSE(origin_of(text, arguments({1, 2, 3, 4, 5, 6}), Fault::infinite));
  const auto found = origin_of("%low = const -inf : f32[T,B] %d = sub %low, %low : f32[T,B] return d = %d",
                               arguments({1, 2, 3, 4, 5, 6}), Fault::nan);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->op, ir::Op::sub);
}

TEST(Origin, MayBeAParam) {
  Arguments given = arguments({1, 2, 3, 4, 5, 6});
  given.params["w"].values[1] = kOriginInf;
  const char* text = "%y = contract %x, %w over {} : f32[T,B,H] return y = %y";
  EXPECT_FALSE(origin_of(text, given, Fault::nan));
  const auto found = origin_of(text, given, Fault::infinite);
  ASSERT_TRUE(found);
  EXPECT_EQ(found->op, ir::Op::param);
  EXPECT_EQ(found->name, "w");
  EXPECT_FALSE(found->row);
  EXPECT_FALSE(found->t);
}

}  // namespace
}  // namespace rnnc::interp
