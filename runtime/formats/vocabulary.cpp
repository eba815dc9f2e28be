#include "runtime/formats/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <charconv>
#include <limits>
#include <set>
#include <utility>

#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

constexpr char32_t kReplacement = 0xFFFD;
constexpr std::string_view kWhiteSpace = " \t\n\r\v\f";
constexpr std::array<std::pair<TextUnit, std::string_view>, 4> kUnits = {{{TextUnit::kByte, "byte"},
                                                                          {TextUnit::kCharacter, "character"},
                                                                          {TextUnit::kWord, "word"},
                                                                          {TextUnit::kWhole, "whole"}}};

// `corpus.txt:3:14`, counted in characters; in bytes where they are not UTF-8.
std::string place(std::string_view text, size_t offset, const std::string& name) {
  const auto before = text.substr(0, offset);
  const size_t line_begin = before.rfind('\n') + 1;  // npos + 1 is 0
  size_t column = 1;
  for (size_t at = line_begin; at < offset; ++column) {
    const auto code_point = decode_utf8(text, at);
    at += code_point ? code_point->length : 1;
  }
  return fmt::format("{}:{}:{}", name, std::ranges::count(before, '\n') + 1, column);
}

Status check_utf8(std::string_view text, const std::string& name) {
  const auto invalid = first_invalid_utf8(text);
  if (!invalid) return ok();
  return failure("{}: byte {} (0x{:02x}) is not UTF-8; convert the text, or read it by byte",
                 place(text, *invalid, name), *invalid, static_cast<unsigned char>(text[*invalid]));
}

// Calls take(word, offset) for each.
template <class Take>
void for_each_word(std::string_view text, Take take) {
  for (size_t begin = text.find_first_not_of(kWhiteSpace); begin != std::string_view::npos;) {
    const size_t end = std::min(text.find_first_of(kWhiteSpace, begin), text.size());
    take(text.substr(begin, end - begin), begin);
    begin = text.find_first_not_of(kWhiteSpace, end);
  }
}

// Orders whole numbers by their value, and before all else.
struct NumbersFirst {
  static std::optional<uint64_t> number(std::string_view text) {
    uint64_t value = 0;
    const auto [end, error] = std::from_chars(text.data(), text.data() + text.size(), value);
    if (error != std::errc() || end != text.data() + text.size()) return std::nullopt;
    return value;
  }
  bool operator()(std::string_view left, std::string_view right) const {
    const auto a = number(left), b = number(right);
    if (a && b && *a != *b) return *a < *b;
    if (a.has_value() != b.has_value()) return a.has_value();
    return left < right;
  }
};

std::string described_unit(std::string_view text, size_t offset, TextUnit unit) {
  const auto code_point = decode_utf8(text, offset);
  if (unit == TextUnit::kCharacter && code_point) return described(code_point->value);
  const auto byte = static_cast<unsigned char>(text[offset]);
  return byte < 0x80 ? described(byte) : fmt::format("byte 0x{:02X}", byte);
}

}  // namespace

std::string_view name_of(TextUnit unit) {
  return std::ranges::find(kUnits, unit, &std::pair<TextUnit, std::string_view>::first)->second;
}

std::optional<TextUnit> unit_of(std::string_view name) {
  const auto found = std::ranges::find(kUnits, name, &std::pair<TextUnit, std::string_view>::second);
  return found == kUnits.end() ? std::nullopt : std::optional(found->first);
}

Result<Vocabulary> Vocabulary::make(std::vector<std::string> entries, TextUnit unit) {
  if (entries.empty()) return failure("the vocabulary has no entry");
  if (entries.size() > static_cast<size_t>(std::numeric_limits<int32_t>::max())) {
    return failure("the vocabulary has {} entries, more than an id can count", entries.size());
  }
  Vocabulary vocabulary(std::move(entries), unit);
  std::unordered_map<std::string_view, size_t> seen;
  for (size_t i = 0; i < vocabulary.entries_.size(); ++i) {
    const std::string& entry = vocabulary.entries_[i];
    if (entry.empty()) return failure("entry {} is empty", i + 1);
    if (unit != TextUnit::kByte && first_invalid_utf8(entry)) {
      return failure("entry {}, {}, is not UTF-8", i + 1, quote(entry));
    }
    if (unit == TextUnit::kWord && entry.find_first_of(kWhiteSpace) != std::string::npos) {
      return failure("entry {}, {}, is no word: there is white space in it", i + 1, quote(entry));
    }
    if (const auto [first, added] = seen.emplace(entry, i); !added) {
      return failure("entry {}, {}, is entry {} already", i + 1, quote(entry), first->second + 1);
    }
    const auto id = static_cast<int32_t>(i);
    if (entry == kEnd) {
      vocabulary.end_ = id;
    } else if (entry == kUnknown) {
      vocabulary.unknown_ = id;
    } else {
      vocabulary.ids_.emplace(entry, id);
      auto& lengths = vocabulary.lengths_[static_cast<unsigned char>(entry.front())];
      if (std::ranges::find(lengths, entry.size()) == lengths.end()) lengths.push_back(entry.size());
    }
  }
  for (auto& lengths : vocabulary.lengths_) std::ranges::sort(lengths, std::greater<>());
  return vocabulary;
}

namespace {

void add_bytes(std::string_view text, std::array<bool, 256>& occurs) {
  for (const char byte : text) occurs[static_cast<unsigned char>(byte)] = true;
}

void add_characters(std::string_view text, std::vector<bool>& occurs) {
  for (size_t offset = 0; offset < text.size();) {
    const auto code_point = decode_utf8(text, offset);
    occurs[code_point->value] = true;
    offset += code_point->length;
  }
}

std::vector<std::string> entries_of(std::span<const std::string_view> texts, TextUnit unit) {
  std::vector<std::string> entries;
  if (unit == TextUnit::kByte) {
    std::array<bool, 256> occurs = {};
    for (const std::string_view text : texts) add_bytes(text, occurs);
    for (size_t byte = 0; byte < occurs.size(); ++byte) {
      if (occurs[byte]) entries.emplace_back(1, static_cast<char>(byte));
    }
  } else if (unit == TextUnit::kCharacter) {
    std::vector<bool> occurs(0x110000);
    for (const std::string_view text : texts) add_characters(text, occurs);
    for (char32_t code_point = 0; code_point < occurs.size(); ++code_point) {
      if (occurs[code_point]) append_utf8(entries.emplace_back(), code_point);
    }
  } else {
    std::set<std::string_view, NumbersFirst> seen;
    for (const std::string_view text : texts) {
      if (unit == TextUnit::kWhole && !text.empty()) seen.insert(text);
      if (unit == TextUnit::kWord) {
        for_each_word(text, [&](std::string_view word, size_t) { seen.insert(word); });
      }
    }
    for (const std::string_view entry : seen) entries.emplace_back(entry);
  }
  return entries;
}

}  // namespace

Result<Vocabulary> Vocabulary::of_texts(std::span<const std::string_view> texts, TextUnit unit, bool ends,
                                        const std::string& name) {
  if (unit != TextUnit::kByte) {
    for (const std::string_view text : texts) {
      if (auto checked = check_utf8(text, name); !checked) return checked.error();
    }
  }
  std::vector<std::string> entries = entries_of(texts, unit);
  if (entries.empty()) return failure("{}: is empty, so it makes no vocabulary", name);
  if (ends && std::ranges::find(entries, kEnd) == entries.end()) entries.emplace_back(kEnd);
  return make(std::move(entries), unit);
}

std::optional<Vocabulary::Match> Vocabulary::longest_match(std::string_view text) const {
  for (const size_t length : lengths_[static_cast<unsigned char>(text.front())]) {
    if (length > text.size()) continue;
    const auto found = ids_.find(text.substr(0, length));
    if (found != ids_.end()) return Match{found->second, length};
  }
  return std::nullopt;
}

std::optional<int32_t> Vocabulary::id_of(std::string_view text) const {
  const auto found = ids_.find(text);
  return found == ids_.end() ? unknown_ : std::optional(found->second);
}

Result<std::vector<int32_t>> Vocabulary::encode(std::string_view text, const std::string& name) const {
  if (unit_ != TextUnit::kByte) {
    if (auto checked = check_utf8(text, name); !checked) return checked.error();
  }
  const auto unlisted = [&](size_t offset, const std::string& what) {
    return failure(
        "{}: {} is not in the vocabulary; add it there, or add the entry {} for all that is not listed",
        place(text, offset, name), what, kUnknown);
  };
  std::vector<int32_t> ids;
  if (unit_ == TextUnit::kWord || unit_ == TextUnit::kWhole) {
    std::optional<Failure> failed;
    const auto take = [&](std::string_view entry, size_t offset) {
      if (const auto id = id_of(entry)) {
        ids.push_back(*id);
      } else if (!failed) {
        failed = unlisted(offset, quote(entry));
      }
    };
    unit_ == TextUnit::kWord ? for_each_word(text, take) : take(text, 0);
    if (failed) return *failed;
    return ids;
  }
  ids.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    if (const auto match = longest_match(text.substr(offset))) {
      ids.push_back(match->id);
      offset += match->length;
      continue;
    }
    if (!unknown_) return unlisted(offset, described_unit(text, offset, unit_));
    ids.push_back(*unknown_);
    offset += unit_ == TextUnit::kByte ? 1 : decode_utf8(text, offset)->length;
  }
  return ids;
}

Result<std::string> Vocabulary::decode(std::span<const int32_t> ids) const {
  std::string text;
  for (size_t i = 0; i < ids.size(); ++i) {
    if (ids[i] < 0 || static_cast<size_t>(ids[i]) >= size()) {
      return failure("token {} at place {} is outside the vocabulary's [0, {})", ids[i], i, size());
    }
    if (ids[i] == end_) continue;
    if (!text.empty()) text += separator();
    if (ids[i] == unknown_) {
      append_utf8(text, kReplacement);
    } else {
      text += entries_[static_cast<size_t>(ids[i])];
    }
  }
  return text;
}

}  // namespace rnnc::formats
