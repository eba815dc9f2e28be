#include "runtime/formats/vocabulary.h"

#include <fmt/format.h>

#include <algorithm>
#include <limits>

#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

constexpr char32_t kReplacement = 0xFFFD;

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

std::string described_unit(std::string_view text, size_t offset, TextUnit unit) {
  const auto code_point = decode_utf8(text, offset);
  if (unit == TextUnit::kCharacter && code_point) return described(code_point->value);
  const auto byte = static_cast<unsigned char>(text[offset]);
  return byte < 0x80 ? described(byte) : fmt::format("byte 0x{:02X}", byte);
}

}  // namespace

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
    if (unit == TextUnit::kCharacter && first_invalid_utf8(entry)) {
      return failure("entry {}, {}, is not UTF-8", i + 1, quote(entry));
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

Result<Vocabulary> Vocabulary::of_text(std::string_view text, TextUnit unit, const std::string& name) {
  if (text.empty()) return failure("{}: is empty, so it makes no vocabulary", name);
  std::vector<std::string> entries;
  if (unit == TextUnit::kByte) {
    std::array<bool, 256> occurs = {};
    for (const char byte : text) occurs[static_cast<unsigned char>(byte)] = true;
    for (size_t byte = 0; byte < occurs.size(); ++byte) {
      if (occurs[byte]) entries.emplace_back(1, static_cast<char>(byte));
    }
    return make(std::move(entries), unit);
  }
  if (auto checked = check_utf8(text, name); !checked) return checked.error();
  std::vector<bool> occurs(0x110000);
  for (size_t offset = 0; offset < text.size();) {
    const auto code_point = decode_utf8(text, offset);
    occurs[code_point->value] = true;
    offset += code_point->length;
  }
  for (char32_t code_point = 0; code_point < occurs.size(); ++code_point) {
    if (occurs[code_point]) append_utf8(entries.emplace_back(), code_point);
  }
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

Result<std::vector<int32_t>> Vocabulary::encode(std::string_view text, const std::string& name) const {
  if (unit_ == TextUnit::kCharacter) {
    if (auto checked = check_utf8(text, name); !checked) return checked.error();
  }
  std::vector<int32_t> ids;
  ids.reserve(text.size());
  for (size_t offset = 0; offset < text.size();) {
    if (const auto match = longest_match(text.substr(offset))) {
      ids.push_back(match->id);
      offset += match->length;
      continue;
    }
    if (!unknown_) {
      return failure(
          "{}: {} is not in the vocabulary; add it there, or add the entry {} for all that is not listed",
          place(text, offset, name), described_unit(text, offset, unit_), kUnknown);
    }
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
    if (ids[i] == unknown_) {
      append_utf8(text, kReplacement);
    } else if (ids[i] != end_) {
      text += entries_[static_cast<size_t>(ids[i])];
    }
  }
  return text;
}

}  // namespace rnnc::formats
