// A vocabulary as a file with an entry a line, and as JSON.
#include <fmt/format.h>

#include <charconv>
#include <iterator>

#include "runtime/formats/atomic_file.h"
#include "runtime/formats/byte_source.h"
#include "runtime/formats/json.h"
#include "runtime/formats/utf8.h"
#include "runtime/formats/vocabulary.h"

namespace rnnc::formats {

namespace {

// A hexadecimal number that is all of `digits`.
std::optional<uint32_t> parse_hex(std::string_view digits) {
  uint32_t value = 0;
  const auto [end, error] = std::from_chars(digits.data(), digits.data() + digits.size(), value, 16);
  if (error != std::errc() || end != digits.data() + digits.size()) return std::nullopt;
  return value;
}

// The escape that `rest` begins with, appended to `out`. Its length, or none if there is no such escape.
std::optional<size_t> unescape_one(std::string_view rest, std::string& out) {
  constexpr std::string_view kLetters = "nrt\\";
  constexpr std::string_view kMeanings = "\n\r\t\\";
  if (rest.size() < 2) return std::nullopt;
  if (const size_t letter = kLetters.find(rest[1]); letter != std::string_view::npos) {
    out += kMeanings[letter];
    return 2;
  }
  if (rest[1] == 'x' && rest.size() >= 4) {
    const auto byte = parse_hex(rest.substr(2, 2));
    if (!byte) return std::nullopt;
    out += static_cast<char>(*byte);
    return 4;
  }
  const size_t close = rest.find('}');
  if (rest.starts_with("\\u{") && close != std::string_view::npos) {
    const auto code_point = parse_hex(rest.substr(3, close - 3));
    if (!code_point || *code_point > 0x10FFFF) return std::nullopt;
    append_utf8(out, *code_point);
    return close + 1;
  }
  return std::nullopt;
}

Result<std::string> unescape(std::string_view line) {
  std::string out;
  while (!line.empty()) {
    if (line.front() != '\\') {
      out += line.front();
      line.remove_prefix(1);
      continue;
    }
    const auto length = unescape_one(line, out);
    if (!length) return failure("{} is no escape; write \\\\ for a backslash", quote(line.substr(0, 4)));
    line.remove_prefix(*length);
  }
  return out;
}

std::string escape(std::string_view entry, TextUnit unit) {
  std::string out;
  for (const char c : entry) {
    const auto byte = static_cast<unsigned char>(c);
    if (c == '\n') {
      out += "\\n";
    } else if (c == '\\') {
      out += "\\\\";
    } else if (byte < 0x20 || (unit == TextUnit::kByte && byte >= 0x7F)) {
      fmt::format_to(std::back_inserter(out), "\\x{:02x}", byte);
    } else {
      out += c;
    }
  }
  // At the start of a file it would be taken for a byte order mark.
  if (unit != TextUnit::kByte && out.starts_with(kByteOrderMark)) {
    out = "\\u{feff}" + out.substr(kByteOrderMark.size());
  }
  return out;
}

// JSON strings hold code points, so a byte is written as the code point of its value.
std::string widen(std::string_view bytes) {
  std::string text;
  for (const char byte : bytes) append_utf8(text, static_cast<unsigned char>(byte));
  return text;
}

std::optional<std::string> narrow(std::string_view text) {
  std::string bytes;
  while (!text.empty()) {
    const auto code_point = decode_utf8(text, 0);
    if (!code_point || code_point->value > 0xFF) return std::nullopt;
    bytes += static_cast<char>(code_point->value);
    text.remove_prefix(code_point->length);
  }
  return bytes;
}

Result<Vocabulary> from_parsed(const nlohmann::json& parsed) {
  if (!parsed.is_object() || parsed.size() != 2 || !parsed.contains("unit") || !parsed.contains("entries") ||
      !parsed["entries"].is_array()) {
    return failure("is no object of 'unit' and a list 'entries'");
  }
  const auto unit =
      parsed["unit"].is_string() ? unit_of(parsed["unit"].get_ref<const std::string&>()) : std::nullopt;
  if (!unit) return failure("'unit' is none of byte, character, word, whole");
  const bool bytes = unit == TextUnit::kByte;
  std::vector<std::string> entries;
  for (const auto& entry : parsed["entries"]) {
    if (!entry.is_string()) return failure("entry {} is no string", entries.size() + 1);
    const auto& text = entry.get_ref<const std::string&>();
    auto read = bytes ? narrow(text) : std::optional(text);
    if (!read) return failure("entry {}, {}, is not of bytes", entries.size() + 1, quote(text));
    entries.push_back(std::move(*read));
  }
  return Vocabulary::make(std::move(entries), *unit);
}

}  // namespace

Result<Vocabulary> Vocabulary::read(const std::string& path, TextUnit unit) {
  const auto text = read_text(path);
  if (!text) return text.error();
  return guarded(path, [&]() -> Result<Vocabulary> {
    std::string_view rest = *text;
    if (rest.starts_with(kByteOrderMark)) rest.remove_prefix(kByteOrderMark.size());
    std::vector<std::string> entries;
    while (!rest.empty()) {
      auto entry = unescape(take_line(rest));
      if (!entry) return failure("{}:{}: {}", path, entries.size() + 1, entry.error().message);
      if (entry->empty()) {
        return failure("{}:{}: the line is empty; write \\n for a line break", path, entries.size() + 1);
      }
      entries.push_back(std::move(*entry));
    }
    auto vocabulary = make(std::move(entries), unit);
    if (!vocabulary) return failure("{}: {}", path, vocabulary.error().message);
    return vocabulary;
  });
}

Status Vocabulary::write(const std::string& path) const {
  std::string text;
  for (const std::string& entry : entries_) text += escape(entry, unit_) + "\n";
  return write_file(path, text);
}

Result<Vocabulary> Vocabulary::from_json(std::string_view json) {
  const auto parsed = parse_json(json, 2);
  if (!parsed) return failure("the vocabulary: {}", parsed.error().message);
  auto vocabulary = from_parsed(*parsed);
  if (!vocabulary) return failure("the vocabulary: {}", vocabulary.error().message);
  return vocabulary;
}

std::string Vocabulary::to_json() const {
  auto entries = nlohmann::json::array();
  for (const std::string& entry : entries_)
    entries.push_back(unit_ == TextUnit::kByte ? widen(entry) : entry);
  // make() has checked that every entry is UTF-8, so dump() does not throw.
  return nlohmann::json{{"unit", name_of(unit_)}, {"entries", entries}}.dump();
}

namespace {

constexpr std::string_view kMetadataKey = "vocabulary.";

}  // namespace

void add_to_metadata(const Vocabularies& vocabularies, std::map<std::string, std::string>& metadata) {
  for (const auto& [name, vocabulary] : vocabularies) {
    metadata[std::string(kMetadataKey) + name] = vocabulary.to_json();
  }
}

Result<Vocabularies> vocabularies_of(const std::map<std::string, std::string>& metadata) {
  Vocabularies vocabularies;
  for (const auto& [key, text] : metadata) {
    if (!key.starts_with(kMetadataKey)) continue;
    auto vocabulary = Vocabulary::from_json(text);
    if (!vocabulary) return vocabulary.error();
    vocabularies.emplace(key.substr(kMetadataKey.size()), std::move(*vocabulary));
  }
  return vocabularies;
}

}  // namespace rnnc::formats
