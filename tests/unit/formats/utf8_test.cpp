#include "runtime/formats/utf8.h"

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

TEST(Utf8, EveryCodePointIsReadAsItWasWritten) {
  for (char32_t code_point = 0; code_point <= 0x10FFFF; ++code_point) {
    if (code_point >= 0xD800 && code_point <= 0xDFFF) continue;
    std::string text;
    append_utf8(text, code_point);
    const auto read = decode_utf8(text, 0);
    ASSERT_TRUE(read) << described(code_point);
    ASSERT_TRUE(read->value == code_point) << described(code_point);
    ASSERT_EQ(read->length, text.size());
  }
}

TEST(Utf8, WhatIsNotUtf8) {
  for (const char* text :
       {"\x80", "\xC0\x80", "\xC1\xBF", "\xE0\x9F\xBF", "\xED\xA0\x80", "\xF0\x8F\xBF\xBF",
        "\xF4\x90\x80\x80", "\xF5\x80\x80\x80", "\xC3", "\xE2\x82", "\xF0\x9F\x98", "\xC3(", "\xFF"}) {
    EXPECT_EQ(first_invalid_utf8(text), 0u) << quote(text);
  }
  EXPECT_EQ(first_invalid_utf8("aé\xFF"), 3u);
  EXPECT_EQ(first_invalid_utf8("aé€😀"), std::nullopt);
}

TEST(Utf8, QuotesAreFitForATerminal) {
  EXPECT_EQ(quote("naïve"), "'naïve'");
  EXPECT_EQ(quote("\x1B[31m\xFF\n"), "'\\u{1b}[31m\\xff\\u{a}'");
  EXPECT_EQ(quote(std::string(1000, 'x')), "'" + std::string(60, 'x') + "…'");
}

TEST(Utf8, CharactersAreShownWithTheirNumber) {
  EXPECT_EQ(described(U'ß'), "'ß' (U+00DF)");
  EXPECT_EQ(described(U'\a'), "U+0007");
}

TEST(Utf8, LinesEndAsTheyDo) {
  std::string_view rest = "a\r\n\nb\rc";
  EXPECT_EQ(take_line(rest), "a");
  EXPECT_EQ(take_line(rest), "");
  EXPECT_EQ(take_line(rest), "b\rc");
  EXPECT_TRUE(rest.empty());
}

}  // namespace
}  // namespace rnnc::formats
