#include "runtime/formats/tensor.h"

#include <cmath>
#include <limits>

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

Tensor of_bits(DType dtype, const std::vector<uint16_t>& bits) {
  Tensor tensor{"t", dtype, {bits.size()}, {}};
  const auto bytes = std::as_bytes(std::span(bits));
  tensor.data.assign(bytes.begin(), bytes.end());
  return tensor;
}

TEST(Tensor, CountsElementsAndBytes) {
  EXPECT_EQ(element_count({}), 1u);
  EXPECT_EQ(element_count({2, 3}), 6u);
  EXPECT_EQ(byte_count(DType::kF64, {2, 3}), 48u);
}

TEST(Tensor, ProductsThatOverflowAreNoCount) {
  EXPECT_EQ(element_count({uint64_t{1} << 32, uint64_t{1} << 32}), std::nullopt);
  EXPECT_EQ(byte_count(DType::kF64, {uint64_t{1} << 61}), std::nullopt);
  EXPECT_EQ(byte_count(DType::kF64, {uint64_t{1} << 63, 4, 0}), 0u);
}

TEST(Tensor, KnowsWhenDataDoesNotFit) {
  Tensor tensor = make_tensor("w", {2, 2}, std::vector<float>{1, 2, 3});
  EXPECT_EQ(message(check_tensor(tensor)), "tensor 'w' [2, 2] of f32 does not fit its data of 12 bytes");
  tensor.shape = {3};
  EXPECT_TRUE(check_tensor(tensor));
  tensor.shape = Shape(kMaxRank + 1, 1);
  EXPECT_TRUE(contains(message(check_tensor(tensor)), "has 33 dimensions"));
}

TEST(Tensor, IsFoundByName) {
  const std::vector<Tensor> tensors = {make_tensor("a", {1}, std::vector<float>{1}),
                                       make_tensor("b", {1}, std::vector<float>{2})};
  EXPECT_EQ(find(tensors, "b"), &tensors[1]);
  EXPECT_EQ(find(tensors, "c"), nullptr);
}

TEST(Tensor, HalvesWidenExactly) {
  const auto values =
      to_f64(of_bits(DType::kF16, {0x0000, 0x8000, 0x3C00, 0xC000, 0x7BFF, 0x0001, 0x0400, 0x3555}));
  ASSERT_TRUE(values) << message(values);
  const std::vector<double> expected = {0, -0.0, 1, -2, 65504, 0x1p-24, 0x1p-14, 0.333251953125};
  EXPECT_EQ(*values, expected);
  EXPECT_TRUE(std::signbit((*values)[1]));
  const auto special = to_f32(of_bits(DType::kF16, {0x7C00, 0xFC00, 0x7E00}));
  ASSERT_TRUE(special);
  EXPECT_EQ((*special)[0], std::numeric_limits<float>::infinity());
  EXPECT_EQ((*special)[1], -std::numeric_limits<float>::infinity());
  EXPECT_TRUE(std::isnan((*special)[2]));
}

TEST(Tensor, BFloatsWidenExactly) {
  const auto values = to_f32(of_bits(DType::kBF16, {0x3F80, 0xC040, 0x0001}));
  ASSERT_TRUE(values);
  EXPECT_EQ(*values, (std::vector<float>{1, -3, 0x1p-133f}));
}

TEST(Tensor, WholeNumbersOfEveryWidthConvert) {
  const auto bytes = [](DType dtype) { return Tensor{"t", dtype, {2}, bytes_of("\x02\xFF")}; };
  EXPECT_EQ(*to_i32(bytes(DType::kU8)), (std::vector<int32_t>{2, 255}));
  EXPECT_EQ(*to_i32(bytes(DType::kI8)), (std::vector<int32_t>{2, -1}));
  EXPECT_EQ(*to_i32(bytes(DType::kBool)), (std::vector<int32_t>{1, 1}));
  EXPECT_EQ(*to_i32(of_bits(DType::kU16, {65535})), (std::vector<int32_t>{65535}));
  EXPECT_EQ(*to_i32(of_bits(DType::kI16, {65535})), (std::vector<int32_t>{-1}));
  EXPECT_EQ(*to_f64(make_tensor("t", {1}, std::vector<uint64_t>{1ull << 63})), (std::vector<double>{0x1p63}));
}

TEST(Tensor, WhatDoesNotFitI32NamesTheElement) {
  EXPECT_EQ(message(to_i32(make_tensor("ids", {2, 2}, std::vector<int64_t>{0, 1, 2, int64_t{1} << 31}))),
            "tensor 'ids' [2, 2] of i64: element [1, 1] is 2147483648, out of range for i32");
  EXPECT_EQ(message(to_i32(make_tensor("ids", {2}, std::vector<float>{1, 2.5}))),
            "tensor 'ids' [2] of f32: element [1] is 2.5, no whole number for i32");
  EXPECT_TRUE(
      contains(message(to_i32(make_tensor("ids", {1}, std::vector<float>{0x1p31f}))), "out of range"));
  EXPECT_TRUE(
      contains(message(to_i32(make_tensor("ids", {1}, std::vector<double>{NAN}))), "no whole number"));
  EXPECT_TRUE(
      contains(message(to_i32(make_tensor("ids", {1}, std::vector<double>{INFINITY}))), "out of range"));
  EXPECT_EQ(*to_i32(make_tensor("ids", {2}, std::vector<double>{-0x1p31, 0x1p31 - 1})),
            (std::vector<int32_t>{INT32_MIN, INT32_MAX}));
}

TEST(Tensor, DoublesBeyondF32AreRefusedInfinitiesAreNot) {
  EXPECT_EQ(message(to_f32(make_tensor("x", {}, std::vector<double>{1e300}))),
            "tensor 'x' [] of f64: element [] is 1e+300, too large for f32");
  const auto values = to_f32(make_tensor("x", {3}, std::vector<double>{INFINITY, NAN, 0.1}));
  ASSERT_TRUE(values);
  EXPECT_TRUE(std::isinf((*values)[0]));
  EXPECT_TRUE(std::isnan((*values)[1]));
  EXPECT_EQ((*values)[2], 0.1f);
}

TEST(Tensor, ConversionChecksTheDataFirst) {
  EXPECT_TRUE(
      contains(message(to_f32(make_tensor("x", {7}, std::vector<double>{1}))), "does not fit its data"));
}

}  // namespace
}  // namespace rnnc::formats
