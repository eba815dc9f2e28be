#include "runtime/formats/npy.h"

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

std::string version1(std::string_view dict, std::string_view data = "abcd") {
  std::string bytes("\x93NUMPY\x01\x00", 8);
  append(bytes, static_cast<uint16_t>(dict.size()));
  return bytes.append(dict).append(data);
}

std::string npy_complaint(std::string_view dict, std::string_view data = "abcd") {
  return message(parse_npy(bytes_of(version1(dict, data)), "f"));
}

TEST(Npy, ReadsFortranOrderAsRowMajor) {
  const auto tensor = read_npy(data_file("fortran.npy"));
  ASSERT_TRUE(tensor) << message(tensor);
  EXPECT_EQ(tensor->shape, (Shape{2, 3, 4}));
  const auto values = to_i32(*tensor);
  size_t at = 0;
  for (int i = 0; i < 2; ++i) {
    for (int j = 0; j < 3; ++j) {
      for (int k = 0; k < 4; ++k) EXPECT_EQ((*values)[at++], 100 * i + 10 * j + k);
    }
  }
}

TEST(Npy, ReadsVersion2) {
  const auto tensor = read_npy(data_file("version2.npy"));
  ASSERT_TRUE(tensor) << message(tensor);
  EXPECT_EQ(*to_f32(*tensor), (std::vector<float>{0.5, -1.5, 2.5, 3.5, 4.5, -5.5}));
}

TEST(Npy, WhatPythonAloneCanReadIsRefused) {
  const std::string big = data_file("big_endian.npy");
  EXPECT_EQ(message(read_npy(big)),
            big + ": its numbers are big-endian ('>f4'); save it with array.astype('<f4')");
  EXPECT_TRUE(
      contains(message(read_npy(data_file("objects.npy"))), "it holds Python objects, which are never read"));
  EXPECT_EQ(npy_complaint("{'descr': [('a', '<f4')], 'fortran_order': False, 'shape': (1,), }"),
            "f: it holds records; save each field as an array of its own");
  EXPECT_EQ(npy_complaint("{'descr': '<U1', 'fortran_order': False, 'shape': (1,), }"),
            "f: its dtype '<U1' is not supported; save floats, whole numbers or bools of at most 64 bits");
}

TEST(Npy, EveryDtypeIsWrittenAndReadAgain) {
  const TemporaryFolder folder;
  for (const DType dtype : {DType::kF64, DType::kF32, DType::kF16, DType::kI64, DType::kI32, DType::kI16,
                            DType::kI8, DType::kU64, DType::kU32, DType::kU16, DType::kU8, DType::kBool}) {
    for (const Shape& shape : {Shape{}, Shape{1}, Shape{2, 3}, Shape{0, 5}}) {
      Tensor tensor{"", dtype, shape, {}};
      tensor.data.resize(*byte_count(dtype, shape), std::byte{1});
      ASSERT_TRUE(write_npy(folder / "a.npy", tensor));
      const auto read = read_npy(folder / "a.npy");
      ASSERT_TRUE(read) << message(read);
      EXPECT_EQ(read->dtype, dtype);
      EXPECT_EQ(read->shape, shape);
      EXPECT_EQ(read->data, tensor.data);
    }
  }
}

TEST(Npy, TheHeaderIsNumPysOwn) {
  const auto header = format_npy_header(make_tensor("", {3}, std::vector<float>{1, 2, 3}));
  ASSERT_TRUE(header);
  EXPECT_EQ(header->size() % 64, 0u);
  EXPECT_EQ(header->substr(0, 70), std::string("\x93NUMPY\x01\x00\x76\x00", 10) +
                                       "{'descr': '<f4', 'fortran_order': False, 'shape': (3,), }   ");
  EXPECT_EQ(header->back(), '\n');
}

TEST(Npy, ReadsDictsThatOthersWrite) {
  EXPECT_EQ(npy_complaint("{\"shape\":(4L,),\"fortran_order\":True,\"descr\":\"<u1\"}"), "it succeeded");
  EXPECT_EQ(npy_complaint("{'descr':'|b1','shape':(2,2),'fortran_order':False,}   \n"), "it succeeded");
}

TEST(Npy, MalformedHeadersSayWhatIsExpected) {
  EXPECT_EQ(npy_complaint(""), "f: its header is malformed at byte 0 of the dict: '{' is expected");
  EXPECT_EQ(npy_complaint("{descr: 1}"),
            "f: its header is malformed at byte 1 of the dict: a key between quotes, or '}' is expected");
  EXPECT_TRUE(contains(npy_complaint("{'descr' '<f4'}"), "at byte 9 of the dict: ':' is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'descr': 4}"), "a dtype is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'descr': '<f4"), "a dtype is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'fortran_order': 1}"), "True or False is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'shape': 4}"), "a tuple, such as (2, 3), is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'shape': (-4,)}"), "a whole number from 0 on is expected"));
  EXPECT_TRUE(
      contains(npy_complaint("{'shape': (99999999999999999999,)}"), "a whole number from 0 on is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'shape': (1 2)}"), "',' or ')' is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'shape': (1,) 'descr': '<f4'}"), "',' or '}' is expected"));
  EXPECT_TRUE(contains(npy_complaint("{'shape': (1,)} {"), "nothing more is expected"));
  EXPECT_EQ(npy_complaint("{'shape': (1,), 'shape': (1,)}"), "f: its header gives 'shape' twice");
  EXPECT_EQ(npy_complaint("{'strides': (1,)}"), "f: its header has the unknown key 'strides'");
  EXPECT_EQ(npy_complaint("{'descr': '<f4'}"),
            "f: its header lacks one of 'descr', 'fortran_order' and 'shape'");
  std::string many = "{'shape': (";
  for (int i = 0; i < 40; ++i) many += "1,";
  EXPECT_EQ(npy_complaint(many + ")}"), "f: it has more than 32 dimensions");
}

TEST(Npy, DataThatDoesNotFitTheShape) {
  const auto shaped = [](std::string_view shape, std::string_view data) {
    return npy_complaint(fmt::format("{{'descr': '<f4', 'fortran_order': False, 'shape': {}, }}", shape),
                         data);
  };
  EXPECT_EQ(shaped("(2,)", "abcd"),
            "f: [2] of f32 takes 8 bytes, but 4 follow the header; it is cut off or damaged");
  EXPECT_EQ(shaped("(1,)", "abcdefgh"),
            "f: [1] of f32 takes 4 bytes, but 8 follow the header; it is damaged or has something appended");
  EXPECT_TRUE(contains(shaped("(4294967296, 4294967296)", "abcd"), "takes too many bytes, but 4 follow"));
}

TEST(Npy, FilesThatAreNoArray) {
  const auto parse = [](std::string_view bytes) { return message(parse_npy(bytes_of(bytes), "f")); };
  EXPECT_EQ(parse(""), "f: it is no .npy file: it does not begin with \\x93NUMPY and a version");
  EXPECT_EQ(parse(std::string("\x93NUMPY\x03\x00", 8)),
            "f: its version 3.0 is not supported; 1.0 and 2.0 are");
  EXPECT_EQ(parse(std::string("\x93NUMPY\x01\x00\x10", 9)), "f: it is cut off in its header");
  EXPECT_EQ(parse(std::string("\x93NUMPY\x02\x00\xFF\xFF\xFF\xFF{}", 14)),
            "f: its header is 4294967295 bytes long, but only 2 follow; it is cut off or damaged");
}

TEST(Npy, BFloatIsNotWritten) {
  const TemporaryFolder folder;
  const Tensor tensor{"w", DType::kBF16, {1}, bytes_of("ab")};
  EXPECT_EQ(message(write_npy(folder / "w.npy", tensor)),
            folder / "w.npy" + ": tensor 'w': NumPy has no bf16; convert it to f32");
  EXPECT_TRUE(folder.names().empty());
}

}  // namespace
}  // namespace rnnc::formats
