#include <gtest/gtest.h>

#include "compiler/diagnostics/diagnostic.h"

namespace rnnc::diagnostics {
namespace {

Diagnostic at(support::FileId file, uint32_t begin, std::string message) {
  return {Code::cannot_read_file, std::move(message), {{file, begin, begin + 1}, ""}, {}, {}, ""};
}

TEST(Sink, KeepsWhatIsSaidTwiceOnce) {
  Sink sink;
  sink.report(at(0, 3, "m"));
  sink.report(at(0, 3, "m"));
  sink.report(at(0, 4, "m"));
  sink.report(at(0, 3, "another"));
  EXPECT_EQ(sink.error_count(), 3u);
  EXPECT_EQ(sink.warning_count(), 0u);
  EXPECT_TRUE(sink.has_errors());
}

TEST(Sink, SortsByFileAndPlaceAndKeepsTheOrderOfTheRest) {
  Sink sink;
  sink.report(at(support::kNoFile, 0, "e"));
  sink.report(at(1, 0, "d"));
  sink.report(at(0, 9, "b"));
  sink.report(at(0, 9, "c"));
  sink.report(at(0, 2, "a"));
  std::string order;
  for (const Diagnostic& diagnostic : sink.sorted()) order += diagnostic.message;
  EXPECT_EQ(order, "abcde");
}

TEST(Sink, IsEmptyAtFirst) {
  Sink sink;
  EXPECT_FALSE(sink.has_errors());
  EXPECT_TRUE(sink.sorted().empty());
}

}  // namespace
}  // namespace rnnc::diagnostics
