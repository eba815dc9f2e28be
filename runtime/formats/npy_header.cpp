#include "runtime/formats/npy_header.h"

#include <array>
#include <charconv>
#include <optional>
#include <utility>

#include "runtime/formats/utf8.h"

namespace rnnc::formats {

namespace {

constexpr std::array<std::pair<std::string_view, DType>, 12> kDescrs = {{{"<f8", DType::kF64},
                                                                         {"<f4", DType::kF32},
                                                                         {"<f2", DType::kF16},
                                                                         {"<i8", DType::kI64},
                                                                         {"<i4", DType::kI32},
                                                                         {"<i2", DType::kI16},
                                                                         {"|i1", DType::kI8},
                                                                         {"<u8", DType::kU64},
                                                                         {"<u4", DType::kU32},
                                                                         {"<u2", DType::kU16},
                                                                         {"|u1", DType::kU8},
                                                                         {"|b1", DType::kBool}}};

Result<DType> dtype_of(std::string_view descr) {
  for (const auto& [known, dtype] : kDescrs) {
    // The order of a single byte does not matter, and some writers put '<'.
    const bool single = known[0] == '|' && descr.size() == known.size() && descr[0] == '<';
    if (descr == known || (single && descr.substr(1) == known.substr(1))) return dtype;
  }
  if (descr.starts_with('>')) {
    return failure("its numbers are big-endian ({}); save it with array.astype('<{}')", quote(descr),
                   descr.substr(1, 2));
  }
  if (descr.starts_with("|O")) {
    return failure("it holds Python objects, which are never read; save an array of numbers");
  }
  return failure("its dtype {} is not supported; save floats, whole numbers or bools of at most 64 bits",
                 quote(descr));
}

// Reads the literal from left to right; every function skips blanks first and fails without moving on
// otherwise.
class Reader {
 public:
  explicit Reader(std::string_view text) : text_(text) {}

  size_t offset() const { return offset_; }
  bool at_end() { return skip_blanks(), offset_ == text_.size(); }

  bool accept(std::string_view token) {
    skip_blanks();
    if (!text_.substr(offset_).starts_with(token)) return false;
    offset_ += token.size();
    return true;
  }

  std::optional<std::string_view> string() {
    skip_blanks();
    if (offset_ == text_.size()) return std::nullopt;
    const char quote = text_[offset_];
    if (quote != '\'' && quote != '"') return std::nullopt;
    const size_t close = text_.find(quote, offset_ + 1);
    if (close == std::string_view::npos) return std::nullopt;
    const auto content = text_.substr(offset_ + 1, close - offset_ - 1);
    offset_ = close + 1;
    return content;
  }

  std::optional<uint64_t> number() {
    skip_blanks();
    uint64_t value = 0;
    const char* begin = text_.data() + offset_;
    const auto [end, error] = std::from_chars(begin, text_.data() + text_.size(), value);
    if (error != std::errc()) return std::nullopt;
    offset_ += static_cast<size_t>(end - begin);
    accept("L");  // as Python 2 wrote long numbers
    return value;
  }

 private:
  void skip_blanks() {
    while (offset_ < text_.size() && (text_[offset_] == ' ' || text_[offset_] == '\n')) ++offset_;
  }

  std::string_view text_;
  size_t offset_ = 0;
};

Failure malformed(const Reader& reader, std::string_view expected) {
  return failure("its header is malformed at byte {} of the dict: {} is expected", reader.offset(), expected);
}

Result<Shape> parse_shape(Reader& reader) {
  if (!reader.accept("(")) return malformed(reader, "a tuple, such as (2, 3),");
  Shape shape;
  while (!reader.accept(")")) {
    const auto size = reader.number();
    if (!size) return malformed(reader, "a whole number from 0 on");
    shape.push_back(*size);
    if (shape.size() > kMaxRank) return failure("it has more than {} dimensions", kMaxRank);
    if (reader.accept(",")) continue;
    if (!reader.accept(")")) return malformed(reader, "',' or ')'");
    break;
  }
  return shape;
}

Result<bool> parse_truth(Reader& reader) {
  if (reader.accept("True")) return true;
  if (reader.accept("False")) return false;
  return malformed(reader, "True or False");
}

Result<DType> parse_descr(Reader& reader) {
  if (reader.accept("[")) return failure("it holds records; save each field as an array of its own");
  const auto descr = reader.string();
  if (!descr) return malformed(reader, "a dtype");
  return dtype_of(*descr);
}

// What has been read so far; a key that comes twice is an error.
struct Partial {
  std::optional<DType> dtype;
  std::optional<bool> fortran_order;
  std::optional<Shape> shape;
};

template <class T>
Status set_once(std::optional<T>& slot, Result<T> value, std::string_view key) {
  if (!value) return value.error();
  if (slot) return failure("its header gives {} twice", quote(key));
  slot = std::move(*value);
  return ok();
}

Status parse_field(Reader& reader, Partial& partial) {
  const auto key = reader.string();
  if (!key) return malformed(reader, "a key between quotes, or '}'");
  if (!reader.accept(":")) return malformed(reader, "':'");
  if (*key == "descr") return set_once(partial.dtype, parse_descr(reader), *key);
  if (*key == "fortran_order") return set_once(partial.fortran_order, parse_truth(reader), *key);
  if (*key == "shape") return set_once(partial.shape, parse_shape(reader), *key);
  return failure("its header has the unknown key {}", quote(*key));
}

}  // namespace

Result<NpyHeader> parse_npy_header(std::string_view text) {
  Reader reader(text);
  Partial partial;
  if (!reader.accept("{")) return malformed(reader, "'{'");
  while (!reader.accept("}")) {
    if (auto parsed = parse_field(reader, partial); !parsed) return parsed.error();
    if (reader.accept(",")) continue;
    if (!reader.accept("}")) return malformed(reader, "',' or '}'");
    break;
  }
  if (!reader.at_end()) return malformed(reader, "nothing more");
  if (!partial.dtype || !partial.fortran_order || !partial.shape) {
    return failure("its header lacks one of 'descr', 'fortran_order' and 'shape'");
  }
  return NpyHeader{*partial.dtype, *partial.fortran_order, std::move(*partial.shape)};
}

std::string_view npy_descr(DType dtype) {
  for (const auto& [descr, known] : kDescrs) {
    if (known == dtype) return descr;
  }
  return {};
}

}  // namespace rnnc::formats
