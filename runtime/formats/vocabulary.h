// Text as token ids. An id is the place of its entry in the vocabulary, from 0.
#pragma once

#include <array>
#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <unordered_map>
#include <vector>

#include "runtime/formats/result.h"

namespace rnnc::formats {

// What a text consists of. Characters are the code points of UTF-8; words are what stands between white space
// (blanks, tabs, line breaks); kWhole: the text is one entry, such as the name of a class.
enum class TextUnit { kByte, kCharacter, kWord, kWhole };

// byte, character, word, whole.
std::string_view name_of(TextUnit unit);
std::optional<TextUnit> unit_of(std::string_view name);

class Vocabulary {
 public:
  static constexpr std::string_view kEnd = "<end>";  // ends a sequence; never stands in a text
  static constexpr std::string_view kUnknown =
      "<unknown>";  // takes every character (byte, word, whole text) that is not listed

  // Entries in the order of their ids: kEnd and kUnknown mean what they say, everything else is text, of one
  // character (byte) or several. Fails on no entry, an empty one, one twice, a word with white space inside,
  // and on what is not UTF-8 unless the unit is a byte.
  static Result<Vocabulary> make(std::vector<std::string> entries, TextUnit unit);

  // What some texts consist of, in the order of the bytes of UTF-8 (whole numbers in their own), and behind
  // it kEnd if `ends`. `name` is what messages call the texts.
  static Result<Vocabulary> of_texts(std::span<const std::string_view> texts, TextUnit unit, bool ends,
                                     const std::string& name);
  static Result<Vocabulary> of_text(std::string_view text, TextUnit unit, const std::string& name) {
    return of_texts({&text, 1}, unit, false, name);
  }

  // A UTF-8 file with an entry a line, blanks included. In an entry `\n \r \t \\` stand for themselves,
  // `\xHH` for a byte and `\u{H}` for a code point.
  static Result<Vocabulary> read(const std::string& path, TextUnit unit);
  Status write(const std::string& path) const;

  // For a checkpoint's metadata: {"entries":["a","b"],"unit":"character"}; a byte is the code point of its
  // value.
  static Result<Vocabulary> from_json(std::string_view json);
  std::string to_json() const;

  TextUnit unit() const { return unit_; }
  const std::vector<std::string>& entries() const { return entries_; }
  size_t size() const { return entries_.size(); }
  std::optional<int32_t> end() const { return end_; }
  std::optional<int32_t> unknown() const { return unknown_; }

  // Of words each, of a whole text the one, else at each place the longest entry that matches. Fails with
  // line and column where none does and there is no kUnknown, and where the text is not UTF-8 unless the unit
  // is a byte.
  Result<std::vector<int32_t>> encode(std::string_view text, const std::string& name) const;

  // The entries' text, with a blank between words; nothing for kEnd, U+FFFD for kUnknown. Fails on an id
  // outside [0, size()).
  Result<std::string> decode(std::span<const int32_t> ids) const;
  // What stands between two entries.
  std::string_view separator() const { return unit_ == TextUnit::kWord ? " " : ""; }

 private:
  struct Hash : std::hash<std::string_view> {
    using is_transparent = void;
  };
  struct Match {
    int32_t id;
    size_t length;
  };

  Vocabulary(std::vector<std::string> entries, TextUnit unit) : entries_(std::move(entries)), unit_(unit) {}
  std::optional<Match> longest_match(std::string_view text) const;
  // The entry that `text`, a word or a whole text, is.
  std::optional<int32_t> id_of(std::string_view text) const;

  std::vector<std::string> entries_;
  TextUnit unit_;
  std::unordered_map<std::string, int32_t, Hash, std::equal_to<>> ids_;  // not of kEnd and kUnknown
  std::array<std::vector<size_t>, 256> lengths_;  // of entries, by first byte, longest first
  std::optional<int32_t> end_;
  std::optional<int32_t> unknown_;
};

// By the inputs and targets that they are of.
using Vocabularies = std::map<std::string, Vocabulary>;

// In a checkpoint's metadata each is under "vocabulary.<name>".
void add_to_metadata(const Vocabularies& vocabularies, std::map<std::string, std::string>& metadata);
Result<Vocabularies> vocabularies_of(const std::map<std::string, std::string>& metadata);

}  // namespace rnnc::formats
