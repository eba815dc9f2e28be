#include "runtime/formats/atomic_file.h"

#include <sys/stat.h>

#include <algorithm>
#include <thread>

#include "runtime/formats/byte_source.h"
#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

namespace fs = std::filesystem;

TEST(AtomicFile, WritesAndReplaces) {
  const TemporaryFolder folder;
  ASSERT_TRUE(write_file(folder / "f", "one"));
  ASSERT_TRUE(write_file(folder / "f", "two"));
  EXPECT_EQ(slurp(folder / "f"), "two");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(AtomicFile, WithoutCommitNothingHappens) {
  const TemporaryFolder folder;
  spill(folder / "f", "old");
  {
    auto file = AtomicFile::create(folder / "f");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write("new"));
    EXPECT_EQ(folder.names().size(), 2u);
  }
  EXPECT_EQ(slurp(folder / "f"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(AtomicFile, AFullDiskLeavesTheOldFile) {
  const TemporaryFolder folder;
  spill(folder / "f", "old");
  Status written = ok();
  {
    const FileSizeLimit limit(1000);
    written = write_file(folder / "f", std::string(4096, 'x'));
  }
  EXPECT_EQ(message(written),
            folder / "f" + ": cannot be written: File too large; what stood there before is unchanged");
  EXPECT_EQ(slurp(folder / "f"), "old");
  EXPECT_EQ(folder.names(), std::vector<std::string>{"f"});
}

TEST(AtomicFile, CommitAfterAFailedWriteFails) {
  const TemporaryFolder folder;
  auto file = AtomicFile::create(folder / "f");
  ASSERT_TRUE(file);
  {
    const FileSizeLimit limit(1);
    EXPECT_FALSE(file->write("too much"));
  }
  EXPECT_FALSE(file->write("x"));
  EXPECT_FALSE(file->commit());
  EXPECT_FALSE(fs::exists(folder / "f"));
}

TEST(AtomicFile, KeepsTheModeOfTheOldFile) {
  const TemporaryFolder folder;
  spill(folder / "f", "old");
  ASSERT_EQ(::chmod((folder / "f").c_str(), 0640), 0);
  ASSERT_TRUE(write_file(folder / "f", "new"));
  EXPECT_EQ(fs::status(folder / "f").permissions(), fs::perms(0640));
}

TEST(AtomicFile, FollowsALink) {
  const TemporaryFolder folder;
  fs::create_directory(folder / "disk");
  spill(folder / "disk/f", "old");
  fs::create_symlink("disk/f", folder / "link");
  ASSERT_TRUE(write_file(folder / "link", "new"));
  EXPECT_TRUE(fs::is_symlink(folder / "link"));
  EXPECT_EQ(slurp(folder / "disk/f"), "new");
}

TEST(AtomicFile, AReadOnlyFileIsRefused) {
  const TemporaryFolder folder;
  ASSERT_EQ(::chmod(folder.path().c_str(), 0777), 0);
  spill(folder / "f", "old");
  ASSERT_EQ(::chmod((folder / "f").c_str(), 0444), 0);
  // Root may write everything.
  const bool root = ::geteuid() == 0;
  ASSERT_EQ(root ? ::seteuid(65534) : 0, 0);
  const auto written = write_file(folder / "f", "new");
  ASSERT_EQ(root ? ::seteuid(0) : 0, 0);
  EXPECT_TRUE(contains(message(written), "cannot be replaced: Permission denied"));
  EXPECT_EQ(slurp(folder / "f"), "old");
}

TEST(AtomicFile, DevicesAreWrittenToNotReplaced) {
  EXPECT_TRUE(write_file("/dev/null", "anything"));
  EXPECT_TRUE(fs::is_character_file("/dev/null"));
  EXPECT_EQ(message(write_file("/dev/full", "anything")),
            "/dev/full: cannot be written: No space left on device");
  EXPECT_TRUE(fs::is_character_file("/dev/full"));
}

TEST(AtomicFile, ImpossiblePlacesAreNamed) {
  const TemporaryFolder folder;
  EXPECT_EQ(message(write_file(folder.path(), "x")), folder.path() + ": is a folder; name a file");
  EXPECT_EQ(message(write_file(folder / "none/f", "x")),
            folder / "none/f" + ": its folder " + folder / "none" + " does not exist; create it first");
  spill(folder / "f", "old");
  EXPECT_TRUE(contains(message(write_file(folder / "f/g", "x")), "Not a directory"));
  EXPECT_EQ(message(write_file("", "x")), "'': names no file");
}

TEST(ByteSource, RefusesWhatIsNoFile) {
  const TemporaryFolder folder;
  EXPECT_EQ(message(read_text(folder / "none")),
            folder / "none" + ": cannot be opened: No such file or directory");
  EXPECT_EQ(message(read_text(folder.path())), folder.path() + ": is a folder, not a file");
  EXPECT_EQ(message(read_text("/dev/zero")), "/dev/zero: is neither a file nor a pipe");
}

TEST(ByteSource, ReadsWithinItsBoundsOnly) {
  const TemporaryFolder folder;
  spill(folder / "f", "0123456789");
  const auto opened = open_source(folder / "f");
  ASSERT_TRUE(opened) << message(opened);
  const auto memory = memory_source("m", bytes_of("0123456789"));
  for (const ByteSource* source : {opened->get(), memory.get()}) {
    EXPECT_EQ(source->size(), 10u);
    EXPECT_EQ(*source->read(3, 4), bytes_of("3456"));
    EXPECT_EQ(*source->read(10, 0), bytes_of(""));
    EXPECT_TRUE(contains(message(source->read(7, 4)), "has 10 bytes, but 4 are needed at byte 7"));
    EXPECT_FALSE(source->read(11, 0));
    EXPECT_FALSE(source->read(1, UINT64_MAX));
    EXPECT_FALSE(source->read(UINT64_MAX, 2));
  }
}

TEST(ByteSource, AFileThatShrinksIsAFailure) {
  const TemporaryFolder folder;
  spill(folder / "f", "0123456789");
  const auto source = open_source(folder / "f");
  ASSERT_TRUE(source);
  spill(folder / "f", "01234");
  EXPECT_EQ(message((*source)->read(0, 10)), folder / "f" + ": became shorter while it was read");
}

TEST(ByteSource, ReadsAPipeToItsEnd) {
  const TemporaryFolder folder;
  ASSERT_EQ(::mkfifo((folder / "pipe").c_str(), 0600), 0);
  const std::string sent(200'000, 'p');
  std::thread writer([&] { spill(folder / "pipe", sent); });
  const auto text = read_text(folder / "pipe");
  writer.join();
  ASSERT_TRUE(text) << message(text);
  EXPECT_EQ(*text, sent);
}

}  // namespace
}  // namespace rnnc::formats
