#include "runtime/formats/npz.h"

#include <algorithm>
#include <numeric>

#include "runtime/formats/zip.h"
#include "runtime/formats/zip_layout.h"
#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

Result<std::vector<Tensor>> parse_npz(const std::string& bytes) {
  return read_npz(*memory_source("f", bytes_of(bytes)));
}

// A small archive with a stored member of one float, and where its records stand.
struct Archive {
  std::string bytes;
  size_t central;
  size_t end;
};

Archive small_archive(const std::vector<Tensor>& tensors = {make_tensor("w", {1}, std::vector<float>{1})}) {
  const TemporaryFolder folder;
  EXPECT_TRUE(write_npz(folder / "a.npz", tensors));
  Archive archive{slurp(folder / "a.npz"), 0, 0};
  archive.end = archive.bytes.size() - zip::EndRecord::kSize;
  archive.central = load<uint32_t>(as_bytes(archive.bytes), archive.end + zip::EndRecord::kDirectoryOffset);
  return archive;
}

template <class T>
void patch(std::string& bytes, size_t at, T value) {
  std::memcpy(bytes.data() + at, &value, sizeof(T));
}

// What is said of the small archive with one field of its central header changed.
template <class T>
std::string central_complaint(size_t field, T value) {
  Archive archive = small_archive();
  patch(archive.bytes, archive.central + field, value);
  return message(parse_npz(archive.bytes));
}

template <class T>
std::string end_complaint(size_t field, T value) {
  Archive archive = small_archive();
  patch(archive.bytes, archive.end + field, value);
  return message(parse_npz(archive.bytes));
}

TEST(Npz, ReadsWhatNumPyWrote) {
  for (const char* name : {"stored.npz", "deflated.npz"}) {
    const auto tensors = read_npz(data_file(name));
    ASSERT_TRUE(tensors) << message(tensors);
    EXPECT_EQ(tensors->size(), 10u);
    EXPECT_EQ((*tensors)[0].name, "f64");
    EXPECT_EQ(*to_f64(*find(*tensors, "f64")), (std::vector<double>{0.5, -1.5, 2.5, 3.5, 4.5, -5.5}));
    EXPECT_EQ(*to_i32(*find(*tensors, "i32")), (std::vector<int32_t>{1, -2, INT32_MAX}));
    EXPECT_EQ(*to_i32(*find(*tensors, "bool")), (std::vector<int32_t>{1, 0, 1}));
    EXPECT_EQ(find(*tensors, "scalar")->shape, Shape{});
    EXPECT_EQ(find(*tensors, "empty")->shape, (Shape{3, 0}));
  }
}

TEST(Npz, WhatIsWrittenIsReadAgain) {
  const TemporaryFolder folder;
  std::vector<int32_t> ramp(50'000);
  std::iota(ramp.begin(), ramp.end(), 0);
  const std::vector<Tensor> tensors = {make_tensor("state.enc.0.h", {50, 1000}, ramp),
                                       make_tensor("σ", {}, std::vector<double>{0.1}),
                                       make_tensor("none", {0}, std::vector<float>{})};
  for (const auto compression : {NpzCompression::kNone, NpzCompression::kDeflate}) {
    ASSERT_TRUE(write_npz(folder / "a.npz", tensors, compression));
    const auto read = read_npz(folder / "a.npz");
    ASSERT_TRUE(read) << message(read);
    ASSERT_EQ(read->size(), tensors.size());
    for (size_t i = 0; i < tensors.size(); ++i) {
      EXPECT_EQ((*read)[i].name, tensors[i].name);
      EXPECT_EQ((*read)[i].shape, tensors[i].shape);
      EXPECT_EQ((*read)[i].data, tensors[i].data);
    }
  }
  EXPECT_LT(std::filesystem::file_size(folder / "a.npz"), 200'000u) << "nothing was compressed";
}

TEST(Npz, NoArraysIsAnArchive) {
  const auto tensors = parse_npz(small_archive({}).bytes);
  ASSERT_TRUE(tensors) << message(tensors);
  EXPECT_TRUE(tensors->empty());
}

TEST(Npz, ACommentAtTheEndIsSkipped) {
  Archive archive = small_archive();
  patch(archive.bytes, archive.end + zip::EndRecord::kCommentLength, uint16_t{5});
  EXPECT_TRUE(parse_npz(archive.bytes + "hello"));
  EXPECT_FALSE(parse_npz(archive.bytes + "hell"));
}

TEST(Npz, WhatIsNoArchive) {
  EXPECT_EQ(message(parse_npz("")), "f: is no zip archive, or cut off: it has no end record");
  EXPECT_EQ(message(parse_npz(std::string(100'000, 'x'))),
            "f: is no zip archive, or cut off: it has no end record");
  const Archive archive = small_archive();
  for (size_t length = 0; length < archive.bytes.size(); ++length) {
    EXPECT_FALSE(parse_npz(archive.bytes.substr(0, length))) << length;
  }
}

TEST(Npz, Zip64AndVolumesAreDetected) {
  const std::string zip64 =
      "f: is a zip64 archive (over 4 GiB or 65,535 members), which is not supported; split it";
  EXPECT_EQ(end_complaint(zip::EndRecord::kEntries, uint16_t{0xFFFF}), zip64);
  EXPECT_EQ(end_complaint(zip::EndRecord::kDirectorySize, uint32_t{0xFFFFFFFF}), zip64);
  EXPECT_EQ(end_complaint(zip::EndRecord::kDirectoryOffset, uint32_t{0xFFFFFFFF}), zip64);
  EXPECT_EQ(central_complaint(zip::CentralHeader::kUnpackedSize, uint32_t{0xFFFFFFFF}), zip64);
  Archive archive = small_archive();
  std::string locator;
  append(locator, zip::Zip64Locator::kSignature);
  locator.resize(zip::Zip64Locator::kSize);
  archive.bytes.insert(archive.end, locator);
  EXPECT_EQ(message(parse_npz(archive.bytes)), zip64);
  EXPECT_EQ(end_complaint(zip::EndRecord::kDisk, uint16_t{1}),
            "f: is one volume of several, which is not supported");
}

TEST(Npz, DamagedDirectories) {
  EXPECT_TRUE(contains(end_complaint(zip::EndRecord::kDirectoryOffset, uint32_t{3}), "does not end where"));
  EXPECT_TRUE(
      contains(central_complaint(0, uint32_t{0}), "no member is described at byte 0 of its directory"));
  EXPECT_TRUE(
      contains(central_complaint(zip::CentralHeader::kNameLength, uint16_t{999}), "no member is described"));
  EXPECT_TRUE(
      contains(central_complaint(zip::CentralHeader::kOffset, uint32_t{64}), "runs into what follows it"));
  EXPECT_TRUE(
      contains(central_complaint(zip::CentralHeader::kMethod, uint16_t{12}), "compressed with method 12"));
  EXPECT_TRUE(contains(central_complaint(zip::CentralHeader::kFlags, uint16_t{1}), "is encrypted"));
  EXPECT_TRUE(contains(central_complaint(zip::CentralHeader::kUnpackedSize, uint32_t{1}), "its two sizes"));
  EXPECT_TRUE(contains(central_complaint(zip::CentralHeader::kCrc, uint32_t{1}), "its checksum is wrong"));
  EXPECT_TRUE(contains(central_complaint(zip::CentralHeader::kSize, 'v'), "another name than the directory"));
  EXPECT_TRUE(contains(central_complaint(zip::CentralHeader::kSize, '\xFF'), "its name is not UTF-8"));
  EXPECT_TRUE(contains(end_complaint(zip::EndRecord::kEntries, uint32_t{0}), "f: is one volume of several"));
  Archive archive = small_archive();
  patch(archive.bytes, archive.end + zip::EndRecord::kEntriesHere, uint32_t{0});
  EXPECT_EQ(message(parse_npz(archive.bytes)), "f: is damaged: its directory is longer than its 0 members");
}

TEST(Npz, MembersThatStandTwiceOrOverlap) {
  Archive archive = small_archive(
      {make_tensor("a", {1}, std::vector<float>{1}), make_tensor("b", {1}, std::vector<float>{2})});
  const size_t second = archive.central + zip::CentralHeader::kSize + 5;
  Archive twice = archive;
  twice.bytes[second + zip::CentralHeader::kSize] = 'a';
  EXPECT_EQ(message(parse_npz(twice.bytes)), "f: member 'a.npy' stands twice");
  patch(archive.bytes, second + zip::CentralHeader::kOffset, uint32_t{0});
  EXPECT_TRUE(contains(message(parse_npz(archive.bytes)), "runs into what follows it"));
}

TEST(Npz, ABombIsRefusedBeforeMemoryIsTaken) {
  Archive archive = small_archive();
  patch(archive.bytes, archive.central + zip::CentralHeader::kMethod, uint16_t{8});
  patch(archive.bytes, archive.central + zip::CentralHeader::kUnpackedSize, uint32_t{4'000'000'000});
  EXPECT_TRUE(contains(message(parse_npz(archive.bytes)),
                       "claims 4000000000 bytes out of 132, more than deflate can make"));
}

TEST(Npz, DeflatedDataThatIsDamaged) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_npz(folder / "a.npz", {make_tensor("w", {64}, std::vector<float>(64, 1))},
                        NpzCompression::kDeflate));
  std::string bytes = slurp(folder / "a.npz");
  bytes[zip::LocalHeader::kSize + 5] = '\xFF';
  EXPECT_EQ(message(parse_npz(bytes)), "f: member 'w.npy': its compressed data is damaged");
}

TEST(Npz, MembersThatAreNoArray) {
  const TemporaryFolder folder;
  const auto archive_of = [&](const std::string& name, std::string_view content) {
    auto archive = ZipWriter::create(folder / "a.npz");
    EXPECT_TRUE(archive->add(name, {as_bytes(content)}, ZipMethod::kStored));
    EXPECT_TRUE(archive->commit());
    return message(read_npz(folder / "a.npz"));
  };
  const std::string path = folder / "a.npz";
  EXPECT_EQ(archive_of("notes.txt", "x"),
            path + ": member 'notes.txt' is no array: its name does not end with .npy");
  EXPECT_EQ(archive_of("w.npy", "x"),
            path + ": member 'w.npy': it is no .npy file: it does not begin with \\x93NUMPY and a version");
}

TEST(Npz, WhatCannotBeWrittenLeavesTheOldFile) {
  const TemporaryFolder folder;
  const Tensor tensor = make_tensor("w", {1}, std::vector<float>{1});
  ASSERT_TRUE(write_npz(folder / "a.npz", {tensor}));
  const std::string before = slurp(folder / "a.npz");
  EXPECT_TRUE(
      contains(message(write_npz(folder / "a.npz", {tensor, tensor})), "member 'w.npy': stands twice"));
  Tensor broken = tensor;
  broken.shape = {2};
  EXPECT_TRUE(contains(message(write_npz(folder / "a.npz", {broken})), "does not fit its data"));
  {
    const FileSizeLimit limit(4096);
    const Tensor large = make_tensor("w", {4096}, std::vector<float>(4096, 1));
    EXPECT_TRUE(contains(message(write_npz(folder / "a.npz", {large})), "File too large"));
  }
  EXPECT_EQ(slurp(folder / "a.npz"), before);
  EXPECT_EQ(folder.names(), std::vector<std::string>{"a.npz"});
}

TEST(Npz, EqualArraysMakeEqualFiles) { EXPECT_EQ(small_archive().bytes, small_archive().bytes); }

}  // namespace
}  // namespace rnnc::formats
