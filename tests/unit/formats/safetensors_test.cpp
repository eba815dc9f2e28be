#include "runtime/formats/safetensors.h"

#include <algorithm>

#include "runtime/formats/safetensors_header.h"
#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

std::string file_of(std::string_view header, std::string_view data) {
  std::string bytes;
  append(bytes, static_cast<uint64_t>(header.size()));
  return bytes.append(header).append(data);
}

Result<TensorFile> parse(std::string_view bytes) {
  return read_safetensors(*memory_source("f", bytes_of(bytes)));
}

// What is said of a header over four bytes of data.
std::string complaint(std::string_view header, std::string_view data = "abcd") {
  return message(parse(file_of(header, data)));
}

TEST(Safetensors, ReadsWhatPythonWrote) {
  const auto file = read_safetensors(data_file("python.safetensors"));
  ASSERT_TRUE(file) << message(file);
  EXPECT_EQ(file->metadata,
            (std::map<std::string, std::string>{{"spec", "cell A[H] { … }"}, {"version", "1"}}));
  const auto tensor = [&](std::string_view name) { return *find(file->tensors, name); };
  EXPECT_EQ(file->tensors.size(), 10u);
  EXPECT_EQ(tensor("f64").shape, (Shape{2, 3}));
  EXPECT_EQ(*to_f64(tensor("f64")), (std::vector<double>{0.5, -1.5, 2.5, 3.5, 4.5, -5.5}));
  EXPECT_EQ(*to_f32(tensor("f32")), (std::vector<float>{0.5, -1.5, 2.5, 3.5, 4.5, -5.5}));
  EXPECT_EQ(*to_f32(tensor("f16")), (std::vector<float>{0.5, -2, 65504, 0x1p-24f}));
  EXPECT_EQ(*to_f64(tensor("i64")), (std::vector<double>{1, -2, 0x1p40}));
  EXPECT_EQ(*to_i32(tensor("i32")), (std::vector<int32_t>{1, -2, INT32_MAX}));
  EXPECT_EQ(*to_i32(tensor("i8")), (std::vector<int32_t>{1, -2, 127}));
  EXPECT_EQ(*to_i32(tensor("u8")), (std::vector<int32_t>{1, 2, 255}));
  EXPECT_EQ(*to_i32(tensor("bool")), (std::vector<int32_t>{1, 0, 1}));
  EXPECT_EQ(*to_f32(tensor("scalar")), (std::vector<float>{7.25}));
  EXPECT_EQ(tensor("scalar").shape, Shape{});
  EXPECT_EQ(tensor("empty").shape, (Shape{3, 0}));
}

TEST(Safetensors, WhatIsWrittenIsReadAgain) {
  const TemporaryFolder folder;
  TensorFile file;
  file.metadata = {{"spec", "line\n\"quoted\" σ"}, {"", ""}};
  file.tensors = {
      make_tensor("b", {2}, std::vector<float>{1, 2}), make_tensor("flag", {1}, std::vector<uint8_t>{9}),
      make_tensor("a", {1, 1}, std::vector<double>{3}), make_tensor("é", {0}, std::vector<float>{}),
      make_tensor("n", {}, std::vector<int64_t>{-1})};
  ASSERT_TRUE(write_safetensors(folder / "w", file));
  const auto read = read_safetensors(folder / "w");
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->metadata, file.metadata);
  ASSERT_EQ(read->tensors.size(), file.tensors.size());
  for (const Tensor& tensor : file.tensors) {
    const Tensor* found = find(read->tensors, tensor.name);
    ASSERT_NE(found, nullptr) << tensor.name;
    EXPECT_EQ(found->dtype, tensor.dtype);
    EXPECT_EQ(found->shape, tensor.shape);
    EXPECT_EQ(found->data, tensor.data);
  }
  EXPECT_EQ(*read_safetensors_metadata(folder / "w"), file.metadata);
}

TEST(Safetensors, EveryTensorIsAligned) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors = {make_tensor("a", {3}, std::vector<uint8_t>{1, 2, 3}),
                  make_tensor("b", {1}, std::vector<float>{1}),
                  make_tensor("c", {1}, std::vector<double>{1})};
  ASSERT_TRUE(write_safetensors(folder / "w", file));
  const std::string bytes = slurp(folder / "w");
  const auto length = load<uint64_t>(as_bytes(bytes), 0);
  EXPECT_EQ(length % 8, 0u);
  const auto header = parse_safetensors_header(bytes.substr(8, length), bytes.size() - 8 - length);
  ASSERT_TRUE(header);
  for (const auto& entry : header->entries) EXPECT_EQ(entry.begin % size_of(entry.dtype), 0u) << entry.name;
}

TEST(Safetensors, TheOrderGivenDoesNotMatter) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors = {make_tensor("a", {1}, std::vector<float>{1}), make_tensor("b", {1}, std::vector<double>{2}),
                  make_tensor("c", {1}, std::vector<float>{3})};
  ASSERT_TRUE(write_safetensors(folder / "1", file));
  std::ranges::reverse(file.tensors);
  ASSERT_TRUE(write_safetensors(folder / "2", file));
  EXPECT_EQ(slurp(folder / "1"), slurp(folder / "2"));
}

TEST(Safetensors, AFileOfNothingIsAFile) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_safetensors(folder / "w", {}));
  EXPECT_EQ(slurp(folder / "w"), std::string("\x08\0\0\0\0\0\0\0{}      ", 16));
  EXPECT_TRUE(read_safetensors(folder / "w"));
}

TEST(Safetensors, LengthsThatTheFileCannotHave) {
  EXPECT_EQ(message(parse("1234567")), "f: has 7 bytes, too few for a safetensors file");
  EXPECT_EQ(message(parse(std::string("\xFF\xFF\xFF\xFF\xFF\xFF\xFF\xFF{}", 10))),
            "f: is no safetensors file, or damaged: its first 8 bytes announce a header of "
            "18446744073709551615 bytes, "
            "but 2 follow and at most 100000000 are allowed");
  EXPECT_TRUE(
      contains(message(parse(std::string("\x03\0\0\0\0\0\0\0{}", 10))), "a header of 3 bytes, but 2 follow"));
}

TEST(Safetensors, HeadersThatAreNoHeader) {
  EXPECT_EQ(complaint(""), "f: the header does not begin with '{'");
  EXPECT_EQ(complaint(" {}"), "f: the header does not begin with '{'");
  EXPECT_EQ(complaint("{\"a\":}"), "f: the header (from byte 8 of the file on): no valid JSON at byte 5");
  EXPECT_TRUE(contains(complaint(std::string("{}\0x", 4)), "no valid JSON at byte 2"));
  EXPECT_TRUE(contains(complaint("{}x"), "no valid JSON at byte 2"));
  EXPECT_TRUE(contains(complaint("{\"\xFF\":1}"), "no valid JSON"));
  EXPECT_TRUE(contains(complaint("{\"a\":1e999}"), "number out of range"));
  EXPECT_TRUE(contains(complaint("{\"a\":[[[" + std::string(50'000, '[')), "nested deeper than 3"));
}

TEST(Safetensors, DescriptionsThatDescribeNothing) {
  const auto entry = [](std::string_view text) { return complaint("{\"w\":" + std::string(text) + "}"); };
  EXPECT_EQ(entry("1"), "f: tensor 'w' is described by what is no object");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[1]})"), "f: tensor 'w' has no 'data_offsets'");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0,4],"strides":[1]})"),
            "f: tensor 'w' has keys other than 'dtype', 'shape' and 'data_offsets'");
  EXPECT_EQ(entry(R"({"dtype":"F8_E4M3","shape":[4],"data_offsets":[0,4]})"),
            "f: tensor 'w' dtype 'F8_E4M3' is not supported; convert the tensor to one of F64 F32 F16 BF16 "
            "I64 I32 I16 I8 "
            "U64 U32 U16 U8 BOOL");
  EXPECT_EQ(entry(R"({"dtype":7,"shape":[1],"data_offsets":[0,4]})"), "f: tensor 'w' 'dtype' is no string");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":1,"data_offsets":[0,4]})"), "f: tensor 'w' 'shape' is no list");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[-1],"data_offsets":[0,4]})"),
            "f: tensor 'w' 'shape' holds what is no whole number from 0 on");
  EXPECT_TRUE(contains(entry(R"({"dtype":"F32","shape":[1.0],"data_offsets":[0,4]})"), "no whole number"));
  EXPECT_TRUE(contains(entry(R"({"dtype":"F32","shape":[18446744073709551616],"data_offsets":[0,4]})"),
                       "no whole number"));
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[1],"data_offsets":[0]})"),
            "f: tensor 'w' 'data_offsets' is not [begin, end]");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[4294967296,4294967296],"data_offsets":[0,4]})"),
            "f: tensor 'w' shape [4294967296, 4294967296] is too large for any memory");
  EXPECT_EQ(entry(R"({"dtype":"F32","shape":[2],"data_offsets":[0,4]})"),
            "f: tensor 'w' [2] of f32 takes 8 bytes, but 'data_offsets' is [0, 4]");
  EXPECT_TRUE(contains(entry(R"({"dtype":"U8","shape":[4],"data_offsets":[4,0]})"), "takes 4 bytes"));
  EXPECT_TRUE(contains(
      entry(R"({"dtype":"U8","shape":[1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,1,4],)"
            R"("data_offsets":[0,4]})"),
      "'shape' has 33 numbers, more than 32"));
}

TEST(Safetensors, MetadataIsOfStrings) {
  EXPECT_EQ(complaint(R"({"__metadata__":{"a":1}})"), "f: '__metadata__' has 'a' that is no string");
  EXPECT_EQ(complaint(R"({"__metadata__":"a"})"), "f: '__metadata__' is no object of strings");
}

TEST(Safetensors, TensorsCoverTheDataExactly) {
  const auto tensor = [](char name, int begin, int end) {
    return fmt::format(R"("{}":{{"dtype":"U8","shape":[{}],"data_offsets":[{},{}]}})", name, end - begin,
                       begin, end);
  };
  const auto both = [&](std::string a, std::string b) { return complaint("{" + a + "," + b + "}"); };
  EXPECT_EQ(both(tensor('b', 2, 4), tensor('a', 0, 2)), "it succeeded");
  EXPECT_EQ(both(tensor('a', 0, 1), tensor('b', 2, 4)),
            "f: tensor 'b' begins at byte 2 of the data where 1 is expected: there is a hole before it");
  EXPECT_EQ(both(tensor('a', 0, 3), tensor('b', 2, 4)),
            "f: tensor 'b' begins at byte 2 of the data where 3 is expected: there is an overlap");
  EXPECT_EQ(both(tensor('a', 0, 2), tensor('b', 2, 5)),
            "f: the tensors take 5 bytes, but 4 follow the header; the file is cut off");
  EXPECT_EQ(
      both(tensor('a', 0, 2), tensor('b', 2, 3)),
      "f: the tensors take 3 bytes, but 4 follow the header; the file is damaged or has something appended");
  EXPECT_TRUE(contains(both(tensor('a', 0, 2), tensor('a', 2, 4)), "the name 'a' stands twice"));
  EXPECT_TRUE(contains(complaint(R"({"a":{"dtype":"U8","dtype":"I8","shape":[4],"data_offsets":[0,4]}})"),
                       "the name 'dtype' stands twice"));
}

TEST(Safetensors, WhatCannotBeWrittenIsNotStarted) {
  const TemporaryFolder folder;
  const Tensor tensor = make_tensor("w", {1}, std::vector<float>{1});
  const auto complaint_of = [&](std::vector<Tensor> tensors,
                                std::map<std::string, std::string> metadata = {}) {
    return message(write_safetensors(folder / "w", {std::move(metadata), std::move(tensors)}));
  };
  const std::string path = folder / "w";
  EXPECT_EQ(complaint_of({tensor, tensor}), path + ": two tensors have the name 'w'");
  EXPECT_EQ(complaint_of({make_tensor("__metadata__", {1}, std::vector<float>{1})}),
            path + ": no tensor may have the name '__metadata__'");
  EXPECT_TRUE(
      contains(complaint_of({make_tensor("w", {2}, std::vector<float>{1})}), "does not fit its data"));
  EXPECT_TRUE(contains(complaint_of({make_tensor("\xFF", {1}, std::vector<float>{1})}), "not valid UTF-8"));
  EXPECT_TRUE(contains(complaint_of({tensor}, {{"k", "\xFF"}}), "not valid UTF-8"));
  EXPECT_TRUE(contains(complaint_of({}, {{"k", std::string(kLargestSafetensorsHeader + 1, 'x')}}),
                       "more than the 100000000"));
  EXPECT_TRUE(folder.names().empty());
}

TEST(Safetensors, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  TensorFile file;
  file.tensors = {make_tensor("w", {4}, std::vector<float>{1, 2, 3, 4})};
  ASSERT_TRUE(write_safetensors(folder / "w", file));
  const std::string before = slurp(folder / "w");
  file.tensors[0] = make_tensor("w", {4096}, std::vector<float>(4096, 5));
  {
    const FileSizeLimit limit(8192);
    EXPECT_TRUE(
        contains(message(write_safetensors(folder / "w", file)), "what stood there before is unchanged"));
  }
  EXPECT_EQ(slurp(folder / "w"), before);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"w"});
}

}  // namespace
}  // namespace rnnc::formats
