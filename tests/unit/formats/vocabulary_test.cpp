#include "runtime/formats/vocabulary.h"

#include "tests/unit/formats/files.h"

namespace rnnc::formats {
namespace {

using Entries = std::vector<std::string>;
using Ids = std::vector<int32_t>;

constexpr auto kByte = TextUnit::kByte;
constexpr auto kCharacter = TextUnit::kCharacter;

TEST(Vocabulary, OfATextIsInTheOrderOfCodePoints) {
  const auto vocabulary = Vocabulary::of_text("σaß\n😀ab", kCharacter, "t");
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  EXPECT_EQ(vocabulary->entries(), (Entries{"\n", "a", "b", "ß", "σ", "😀"}));
  EXPECT_EQ(vocabulary->end(), std::nullopt);
  EXPECT_EQ(*vocabulary->encode("σ😀\n", "t"), (Ids{4, 5, 0}));
  EXPECT_EQ(*vocabulary->decode(Ids{4, 5, 0}), "σ😀\n");
}

TEST(Vocabulary, OfBytesTakesAnyBytes) {
  const std::string text("\xFF\x00z\xC3", 4);
  const auto vocabulary = Vocabulary::of_text(text, kByte, "t");
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  EXPECT_EQ(vocabulary->entries(), (Entries{std::string(1, '\0'), "z", "\xC3", "\xFF"}));
  EXPECT_EQ(*vocabulary->encode(text, "t"), (Ids{3, 0, 1, 2}));
  EXPECT_EQ(*vocabulary->decode(Ids{3, 0, 1, 2}), text);
}

TEST(Vocabulary, TextsThatMakeNone) {
  EXPECT_EQ(message(Vocabulary::of_text("", kCharacter, "corpus.txt")),
            "corpus.txt: is empty, so it makes no vocabulary");
  EXPECT_EQ(message(Vocabulary::of_text("é\nab\xFF", kCharacter, "corpus.txt")),
            "corpus.txt:2:3: byte 5 (0xff) is not UTF-8; convert the text, or read it by byte");
}

TEST(Vocabulary, AnUnlistedCharacterIsShownWithItsPlace) {
  const auto vocabulary = Vocabulary::make({"a", "\n"}, kCharacter);
  EXPECT_EQ(message(vocabulary->encode("a\na\naaß", "corpus.txt")),
            "corpus.txt:3:3: 'ß' (U+00DF) is not in the vocabulary; add it there, or add the entry <unknown> "
            "for all that "
            "is not listed");
  EXPECT_TRUE(contains(message(vocabulary->encode("\x01", "f")), "f:1:1: U+0001 is not in the vocabulary"));
  EXPECT_TRUE(contains(message(vocabulary->encode("a\xC3", "f")), "f:1:2: byte 1 (0xc3) is not UTF-8"));
  const auto bytes = Vocabulary::make({"a"}, kByte);
  EXPECT_TRUE(contains(message(bytes->encode("a\xC3", "f")), "f:1:2: byte 0xC3 is not in the vocabulary"));
}

TEST(Vocabulary, UnknownTakesOneCharacterOrByte) {
  EXPECT_EQ(*Vocabulary::make({"a", "<unknown>"}, kCharacter)->encode("ßa€", "t"), (Ids{1, 0, 1}));
  EXPECT_EQ(*Vocabulary::make({"a", "<unknown>"}, kByte)->encode("ßa", "t"), (Ids{1, 1, 0}));
}

TEST(Vocabulary, TheSpecialEntriesAreNoText) {
  const auto vocabulary = Vocabulary::make({"<unknown>", "<", "<end>", "e"}, kCharacter);
  ASSERT_TRUE(vocabulary);
  EXPECT_EQ(vocabulary->unknown(), 0);
  EXPECT_EQ(vocabulary->end(), 2);
  EXPECT_EQ(*vocabulary->encode("<end>", "t"), (Ids{1, 3, 0, 0, 0}));
  EXPECT_EQ(*vocabulary->decode(Ids{1, 0, 2, 3}), "<\uFFFDe");
}

TEST(Vocabulary, TheLongestEntryMatches) {
  const auto vocabulary = Vocabulary::make({"a", "ab", "abc", "b", "c"}, kCharacter);
  EXPECT_EQ(*vocabulary->encode("abcabab", "t"), (Ids{2, 1, 1}));
  EXPECT_EQ(*vocabulary->encode("acab", "t"), (Ids{0, 4, 1}));
}

TEST(Vocabulary, EntriesThatCannotBe) {
  EXPECT_EQ(message(Vocabulary::make({}, kCharacter)), "the vocabulary has no entry");
  EXPECT_EQ(message(Vocabulary::make({"a", ""}, kCharacter)), "entry 2 is empty");
  EXPECT_EQ(message(Vocabulary::make({"a", "b", "a"}, kCharacter)), "entry 3, 'a', is entry 1 already");
  EXPECT_EQ(message(Vocabulary::make({"<end>", "<end>"}, kCharacter)),
            "entry 2, '<end>', is entry 1 already");
  EXPECT_EQ(message(Vocabulary::make({"\xFF"}, kCharacter)), "entry 1, '\\xff', is not UTF-8");
  EXPECT_TRUE(Vocabulary::make({"\xFF"}, kByte));
}

TEST(Vocabulary, TokensOutsideAreNamed) {
  const auto vocabulary = Vocabulary::make({"a", "b"}, kCharacter);
  EXPECT_EQ(message(vocabulary->decode(Ids{0, 1, 2})),
            "token 2 at place 2 is outside the vocabulary's [0, 2)");
  EXPECT_EQ(message(vocabulary->decode(Ids{-1})), "token -1 at place 0 is outside the vocabulary's [0, 2)");
}

TEST(Vocabulary, ACopyStandsAlone) {
  auto original = Vocabulary::make({"a", "b"}, kCharacter);
  const Vocabulary copy = *original;
  original = Vocabulary::make({"x"}, kCharacter);
  EXPECT_EQ(*copy.encode("ba", "t"), (Ids{1, 0}));
}

TEST(Vocabulary, IsReadFromAFileWithAnEntryALine) {
  const TemporaryFolder folder;
  spill(folder / "v",
        "\xEF\xBB\xBF"
        "a\r\n \n\\n\n\\\\\n\\x41\n\\u{1F600}\n<end>");
  const auto vocabulary = Vocabulary::read(folder / "v", kCharacter);
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  EXPECT_EQ(vocabulary->entries(), (Entries{"a", " ", "\n", "\\", "A", "😀", "<end>"}));
  EXPECT_EQ(vocabulary->end(), 6);
}

TEST(Vocabulary, EveryByteAndOddCharacterSurvivesAFile) {
  const TemporaryFolder folder;
  Entries bytes;
  for (int byte = 0; byte < 256; ++byte) bytes.emplace_back(1, static_cast<char>(byte));
  ASSERT_TRUE(Vocabulary::make(bytes, kByte)->write(folder / "bytes"));
  EXPECT_EQ(Vocabulary::read(folder / "bytes", kByte)->entries(), bytes);
  const Entries characters = {
      "\uFEFF", "\\n", "\r", "a\r", "\n", "\t", " ", "é", "\u2028", "<unknown>", std::string(1, '\0')};
  ASSERT_TRUE(Vocabulary::make(characters, kCharacter)->write(folder / "characters"));
  const auto read = Vocabulary::read(folder / "characters", kCharacter);
  ASSERT_TRUE(read) << message(read);
  EXPECT_EQ(read->entries(), characters);
}

TEST(Vocabulary, FilesThatAreNone) {
  const TemporaryFolder folder;
  const std::string path = folder / "v";
  const auto complaint = [&](std::string_view text) {
    spill(path, text);
    return message(Vocabulary::read(path, kCharacter));
  };
  EXPECT_EQ(complaint(""), path + ": the vocabulary has no entry");
  EXPECT_EQ(complaint("a\n\nb\n"), path + ":2: the line is empty; write \\n for a line break");
  EXPECT_EQ(complaint("a\nb\na\n"), path + ": entry 3, 'a', is entry 1 already");
  EXPECT_EQ(complaint("a\n\\q"), path + ":2: '\\q' is no escape; write \\\\ for a backslash");
  for (const char* escape : {"\\", "\\x4", "\\xZZ", "\\u{}", "\\u{110000}", "\\u{41", "\\u41"}) {
    EXPECT_TRUE(contains(complaint(escape), "is no escape")) << escape;
  }
  EXPECT_EQ(complaint("\\u{d800}"), path + ": entry 1, '\\xed\\xa0\\x80', is not UTF-8");
  EXPECT_TRUE(contains(message(Vocabulary::read(folder / "none", kCharacter)), "cannot be opened"));
}

TEST(Vocabulary, JsonIsTheSameVocabulary) {
  const auto characters = Vocabulary::make({"\n", "é", "\"", "<end>"}, kCharacter);
  EXPECT_EQ(characters->to_json(), R"({"entries":["\n","é","\"","<end>"],"unit":"character"})");
  const auto bytes = Vocabulary::make({std::string(1, '\0'), "\xFF", "a\x80", "<unknown>"}, kByte);
  EXPECT_EQ(bytes->to_json(), R"({"entries":["\u0000","ÿ","a)"
                              "\u0080"
                              R"(","<unknown>"],"unit":"byte"})");
  for (const auto& vocabulary : {*characters, *bytes}) {
    const auto read = Vocabulary::from_json(vocabulary.to_json());
    ASSERT_TRUE(read) << message(read);
    EXPECT_EQ(read->entries(), vocabulary.entries());
    EXPECT_EQ(read->unit(), vocabulary.unit());
    EXPECT_EQ(read->end(), vocabulary.end());
  }
}

TEST(Vocabulary, JsonThatIsNone) {
  const auto complaint = [](std::string_view json) { return message(Vocabulary::from_json(json)); };
  EXPECT_EQ(complaint("{"), "the vocabulary: no valid JSON at byte 1");
  for (const char* json : {"[]", "{}", R"({"unit":"byte"})", R"({"unit":"byte","entries":3})",
                           R"({"unit":"byte","entries":[],"more":1})"}) {
    EXPECT_EQ(complaint(json), "the vocabulary: is no object of 'unit' and a list 'entries'") << json;
  }
  EXPECT_TRUE(
      contains(complaint(R"({"unit":"letter","entries":["a"]})"), "none of byte, character, word, whole"));
  EXPECT_EQ(complaint(R"({"unit":"byte","entries":["a",1]})"), "the vocabulary: entry 2 is no string");
  EXPECT_EQ(complaint(R"({"unit":"byte","entries":["σ"]})"), "the vocabulary: entry 1, 'σ', is not of bytes");
  EXPECT_EQ(complaint(R"({"unit":"character","entries":[]})"), "the vocabulary: the vocabulary has no entry");
}

TEST(Vocabulary, OfWordsIsWhatStandsBetweenWhiteSpace) {
  const auto vocabulary = Vocabulary::of_text("the cat\n  sat,\tthe mat ", TextUnit::kWord, "t");
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  EXPECT_EQ(vocabulary->entries(), (Entries{"cat", "mat", "sat,", "the"}));
  EXPECT_EQ(*vocabulary->encode(" mat\nthe ", "t"), (Ids{1, 3}));
  EXPECT_EQ(*vocabulary->decode(Ids{3, 0}), "the cat");
  EXPECT_EQ(message(vocabulary->encode("the cat\nlay", "t")),
            "t:2:1: 'lay' is not in the vocabulary; add it there, or add the entry <unknown> for all that is "
            "not listed");
  EXPECT_EQ(message(Vocabulary::make({"a", "b c"}, TextUnit::kWord)),
            "entry 2, 'b c', is no word: there is white space in it");
}

TEST(Vocabulary, AWholeTextIsOneEntryAndNumbersStandInTheirOrder) {
  const std::vector<std::string_view> names = {"10", "new york", "9", "rome", "10"};
  const auto vocabulary = Vocabulary::of_texts(names, TextUnit::kWhole, false, "t");
  ASSERT_TRUE(vocabulary) << message(vocabulary);
  EXPECT_EQ(vocabulary->entries(), (Entries{"9", "10", "new york", "rome"}));
  EXPECT_EQ(*vocabulary->encode("new york", "t"), Ids{2});
  EXPECT_TRUE(contains(message(vocabulary->encode("new", "t")), "'new' is not in the vocabulary"));
  EXPECT_EQ(*Vocabulary::make({"a", "<unknown>"}, TextUnit::kWhole)->encode("b", "t"), Ids{1});
}

TEST(Vocabulary, OfTextsThatEndHasAnEnd) {
  const std::vector<std::string_view> texts = {"ba", "cab"};
  const auto vocabulary = Vocabulary::of_texts(texts, kCharacter, true, "t");
  EXPECT_EQ(vocabulary->entries(), (Entries{"a", "b", "c", "<end>"}));
  EXPECT_EQ(vocabulary->end(), 3);
}

TEST(Vocabulary, ACheckpointKeepsSeveral) {
  Vocabularies kept;
  kept.emplace("spelling", *Vocabulary::of_text("abc", kCharacter, "t"));
  kept.emplace("phones", *Vocabulary::of_text("ay b", TextUnit::kWord, "t"));
  std::map<std::string, std::string> metadata = {{"spec", "model M {}"}};
  add_to_metadata(kept, metadata);
  const auto read = vocabularies_of(metadata);
  ASSERT_TRUE(read) << message(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ(read->at("phones").entries(), kept.at("phones").entries());
  EXPECT_EQ(read->at("phones").unit(), TextUnit::kWord);
  metadata["vocabulary.phones"] = "{}";
  EXPECT_FALSE(vocabularies_of(metadata));
}

}  // namespace
}  // namespace rnnc::formats
