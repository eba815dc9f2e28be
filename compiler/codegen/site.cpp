#include "compiler/codegen/site.h"

#include <algorithm>
#include <bit>

#include "compiler/support/check.h"

namespace rnnc::codegen {

using ir::DimId;
using ir::DimKind;
using ir::Element;
using schedule::Access;
using schedule::SizeExpr;

Range part_of(Code& code, Value whole, int64_t by, Value thread, Value threads) {
  Value units = code.div(code.add(whole, code.whole(by - 1)), code.whole(by));
  auto border = [&](Value i) {
    Value all_but_one = code.sub(threads, code.whole(1));
    Value unit = code.div(code.add(code.mul(units, i), all_but_one), threads);
    return code.least(whole, code.mul(unit, code.whole(by)));
  };
  return {border(thread), border(code.add(thread, code.whole(1)))};
}

Value length_at(Code& code, Value lengths, Value b) {
  return code.resize_signed(code.load(code.i32(), code.element(lengths, code.i32(), b), 4), code.i64());
}

int LoopNest::of(DimId dim) const {
  for (size_t i = 0; i < dims.size(); ++i) {
    if (std::find(dims[i].begin(), dims[i].end(), dim) != dims[i].end()) return static_cast<int>(i);
  }
  return -1;
}

void LoopNest::add_once(size_t at, Code& code) {
  const auto place = static_cast<std::ptrdiff_t>(at);
  dims.emplace(dims.begin() + place);
  ranges.insert(ranges.begin() + place, Range{code.whole(0), code.whole(1)});
  for (Stream& stream : streams) stream.strides.insert(stream.strides.begin() + place, code.whole(0));
}

// Symbols are loaded at once, so that what uses them may stand in any block.
Site::Site(Code& code, const schedule::Plan& plan, const Frame& frame, Value words, std::set<DimId> around)
    : code_(code), plan_(plan), frame_(frame), words_(words), around_(std::move(around)) {
  if (plan.batch.valid()) symbols_[plan.batch] = word(frame.batch());
  for (DimId time : plan.times) symbols_[time] = word(frame.steps(time));
}

Type type_in_memory(const Code& code, Element element) {
  switch (element) {
    case Element::real:
      return code.f32();
    case Element::i32:
      return code.i32();
    case Element::boolean:
      return code.i8();
  }
  RNNC_UNREACHABLE("an element of no kind");
}

Type Site::lane_type(Element element) const {
  return element == Element::boolean ? code_.i1() : type(element);
}

Value Site::word(int number) {
  return code_.load(code_.i64(), code_.element(words_, code_.i64(), code_.whole(number)), 8);
}
Value Site::pointer_word(int number) {
  return code_.load(code_.pointer(), code_.element(words_, code_.i64(), code_.whole(number)), 8);
}
Value Site::argument(int field) {
  return code_.element(pointer_word(frame_.arguments()), code_.i64(), code_.whole(field));
}

Value Site::size(DimId dim) {
  const ir::Dim& entry = plan_.dims[dim];
  return entry.kind == DimKind::constant ? code_.whole(entry.size) : symbols_.at(dim);
}

Value Site::size(const std::vector<DimId>& dims) {
  Value product = code_.whole(1);
  for (DimId dim : dims) product = code_.mul(product, size(dim));
  return product;
}

int64_t Site::known_multiple(const std::vector<DimId>& dims) const {
  int64_t known = 1;
  for (DimId dim : dims) {
    if (plan_.dims[dim].kind == DimKind::constant) known *= plan_.dims[dim].size;
  }
  return known;
}

Range Site::all(const std::vector<DimId>& dims) { return {code_.whole(0), size(dims), known_multiple(dims)}; }

Range Site::range(const std::vector<DimId>& dims) {
  if (!is_divided(dims)) return all(dims);
  if (dims.front() != plan_.batch) return range(dims, 1);
  Value each = size(std::vector<DimId>(dims.begin() + 1, dims.end()));
  return {code_.mul(word(frame_.own_first()), each), code_.mul(word(frame_.own_end()), each),
          known_multiple(dims)};
}

Range Site::range(const std::vector<DimId>& dims, int64_t by) {
  if (!is_divided(dims)) return range(dims);
  const bool is_units = dims.front() == units_;
  Value thread = word(is_units ? frame_.unit_thread() : frame_.thread());
  Value threads = word(is_units ? frame_.unit_threads() : frame_.threads());
  Range part = part_of(code_, size(dims), by, thread, threads);
  if (known_multiple(dims) % by == 0) part.multiple = by;
  return part;
}

// Borders between threads at whole lines spare both sides a tail.
Range Site::loop_range(const std::vector<DimId>& dims) {
  constexpr int64_t kDealt = 64;
  bool whole_lines = dims.front() != plan_.batch && known_multiple(dims) % kDealt == 0;
  return whole_lines ? range(dims, kDealt) : range(dims);
}

Value Site::value(const SizeExpr& size) {
  Value sum = code_.whole(0);
  for (const auto& [symbols, coefficient] : size.terms()) {
    Value product = code_.whole(coefficient);
    for (DimId symbol : symbols) product = code_.mul(product, symbols_.at(symbol));
    sum = code_.add(sum, product);
  }
  return sum;
}

Value Site::step(DimId time) { return word(frame_.step(time)); }
Value Site::lengths(DimId time) { return pointer_word(frame_.base(plan_.lengths_of(time))); }

Values Site::passed_on() const {
  Values values = {words_};
  for (const auto& [number, array] : arrays_) values.push_back(array.start);
  return values;
}

std::vector<Type> Site::passed_on_types() const {
  return std::vector<Type>(1 + arrays_.size(), code_.pointer());
}

Site Site::taken_over() const {
  Site inner(code_, plan_, frame_, code_.parameter(0), around_);
  inner.dealt_ = dealt_;
  inner.units_ = units_;
  int at = 1;
  for (const auto& [number, array] : arrays_) inner.set_array(number, array.like, code_.parameter(at++));
  return inner;
}

void Site::set_array(schedule::BufferId number, schedule::BufferId like, Value start) {
  arrays_[number] = {like, start};
}

Element Site::element(const Access& access) const { return plan_[arrays_.at(access.buffer).like].element; }

Value Site::start(const Access& access) {
  Value base = arrays_.at(access.buffer).start;
  Value offset = value(access.offset);
  for (const schedule::Axis& axis : access.axes) {
    if (is_around(axis.dim)) offset = code_.add(offset, code_.mul(step(axis.dim), value(axis.stride)));
  }
  return code_.element(base, type(element(access)), offset);
}

Value Site::joint_stride(const Access& access, const std::vector<DimId>& dims) {
  auto stride = schedule::joint_stride(access, dims, plan_.dims);
  RNNC_CHECK(stride, "dims that are not evenly spaced");
  return value(*stride);
}

Stream Site::stream(const Access& access, const std::vector<DimId>& loops) {
  Stream stream{start(access), element(access), {}};
  for (DimId dim : loops) stream.strides.push_back(value(access.stride(dim)));
  return stream;
}

LoopNest Site::nest(const std::vector<DimId>& dims, const std::vector<Access>& accesses,
                    const std::set<DimId>& alone, size_t border) {
  LoopNest nest;
  for (size_t i = 0; i < dims.size(); ++i) {
    DimId dim = dims[i];
    bool joins = i != border && dim != dealt_ && dim != units_ && !nest.dims.empty() &&
                 !alone.contains(dim) && !alone.contains(nest.dims.back().back()) &&
                 std::all_of(accesses.begin(), accesses.end(), [&](const Access& access) {
                   SizeExpr step = access.stride(dim) * SizeExpr::of(dim, plan_.dims);
                   return access.stride(nest.dims.back().back()) == step;
                 });
    if (!joins) nest.dims.emplace_back();
    nest.dims.back().push_back(dim);
  }
  std::vector<DimId> last;
  for (const auto& joined : nest.dims) {
    nest.ranges.push_back(loop_range(joined));
    last.push_back(joined.back());
  }
  for (const Access& access : accesses) nest.streams.push_back(stream(access, last));
  return nest;
}

Value Site::moved(Value place, Element element, Value index, Value stride) {
  return code_.element(place, type(element), code_.mul(index, stride));
}

Values Site::starts(const LoopNest& nest) const {
  Values places;
  for (const Stream& stream : nest.streams) places.push_back(stream.start);
  return places;
}

void Site::loops(const LoopNest& nest, size_t from, size_t to, Values indices, Values places,
                 const NestBody& body) {
  indices.resize(nest.dims.size(), nullptr);
  if (from == to) return body(indices, places);
  code_.loop(nest.ranges[from].begin, nest.ranges[from].end, 1, [&](Value index) {
    Values inner_indices = indices, inner;
    inner_indices[from] = index;
    for (size_t s = 0; s < nest.streams.size(); ++s) {
      const Stream& stream = nest.streams[s];
      inner.push_back(moved(places[s], stream.element, index, stream.strides[from]));
    }
    loops(nest, from + 1, to, inner_indices, inner, body);
  });
}

int Site::lanes_for(const Range& range) {
  int64_t known = 0;
  if (!code_.is_constant(range.end, known) || known >= plan_.machine.lanes) return plan_.machine.lanes;
  return static_cast<int>(std::bit_ceil(static_cast<uint64_t>(known)));
}

Values Site::pieces(const Range& range, int lanes, Values start,
                    const std::function<Values(const Piece&, const Values&)>& body) {
  return code_.loop(range.begin, range.end, lanes, std::move(start), [&](Value first, const Values& carried) {
    return body(piece_of(range, first, lanes), carried);
  });
}

Piece Site::piece_of(const Range& range, Value first, int lanes) {
  Value left = code_.sub(range.end, first);
  if (range.multiple % lanes != 0) return piece(first, left, lanes);
  return {first, left, code_.no(code_.zero(code_.i1())),
          code_.no(code_.zero(code_.vector(code_.i1(), lanes))), lanes};
}

Piece Site::piece(Value first, Value left, int lanes) {
  Value number = code_.resize(code_.least(left, code_.whole(lanes)), code_.i32());
  return {first, left, code_.compare(Compare::less_equal, code_.whole(lanes), left),
          code_.compare(Compare::less, code_.counting(code_.i32(), lanes), code_.splat(number, lanes)),
          lanes};
}

void Site::pieces(const Range& range, int lanes, const std::function<void(const Piece&)>& body) {
  pieces(range, lanes, {}, [&](const Piece& piece, const Values&) {
    body(piece);
    return Values{};
  });
}

Value Site::as_flags(Value value, Element element) {
  if (element != Element::boolean) return value;
  return code_.resize(value, code_.i1());
}

// Every lane has an element.
Value Site::load_full(const Row& row, const Piece& piece) {
  Type of = type(row.element);
  int64_t stride = -1;
  code_.is_constant(row.stride, stride);
  Value place = moved(row.start, row.element, piece.first, row.stride);
  if (stride == 1) return code_.load(code_.vector(of, piece.lanes), place, schedule::bytes_of(row.element));
  Value loaded = code_.zero(code_.vector(of, piece.lanes));
  for (int lane = 0; lane < piece.lanes; ++lane) {
    Value at = moved(place, row.element, code_.whole(lane), row.stride);
    loaded = code_.with_lane(loaded, load_one(at, row.element), lane);
  }
  return loaded;
}

// Lanes beyond the end repeat the last element, or are 0.
Value Site::load_some(const Row& row, const Piece& piece) {
  Type of = type(row.element);
  int64_t stride = -1;
  code_.is_constant(row.stride, stride);
  Value place = moved(row.start, row.element, piece.first, row.stride);
  if (stride == 1 && plan_.machine.masks && row.element != Element::boolean) {
    return code_.load_masked(code_.vector(of, piece.lanes), place, piece.mask,
                             schedule::bytes_of(row.element));
  }
  Value loaded = code_.zero(code_.vector(of, piece.lanes));
  Value last = code_.sub(piece.left, code_.whole(1));
  for (int lane = 0; lane < piece.lanes; ++lane) {
    Value at = moved(place, row.element, code_.least(code_.whole(lane), last), row.stride);
    loaded = code_.with_lane(loaded, load_one(at, row.element), lane);
  }
  return loaded;
}

Values Site::load(const std::vector<Row>& rows, const Piece& piece) {
  // What repeats one element needs no tail.
  Values loaded(rows.size(), nullptr);
  std::vector<size_t> moving;
  for (size_t i = 0; i < rows.size(); ++i) {
    int64_t stride = -1;
    if (code_.is_constant(rows[i].stride, stride) && stride == 0) {
      loaded[i] = code_.splat(load_one(rows[i].start, rows[i].element), piece.lanes);
    } else {
      moving.push_back(i);
    }
  }
  auto all = [&](auto load_row) {
    Values values;
    for (size_t i : moving) values.push_back((this->*load_row)(rows[i], piece));
    return values;
  };
  Values values;
  if (!moving.empty()) {
    values = code_.if_else(
        piece.full, [&] { return all(&Site::load_full); }, [&] { return all(&Site::load_some); });
  }
  for (size_t k = 0; k < moving.size(); ++k) loaded[moving[k]] = values[k];
  for (size_t i = 0; i < rows.size(); ++i) loaded[i] = as_flags(loaded[i], rows[i].element);
  return loaded;
}

void Site::store(const Row& row, Value value, const Piece& piece) {
  if (row.element == Element::boolean) value = code_.resize(value, code_.i8());
  Type of = type(row.element);
  int bytes = schedule::bytes_of(row.element);
  int64_t stride = -1;
  code_.is_constant(row.stride, stride);
  Value place = moved(row.start, row.element, piece.first, row.stride);
  auto lane_by_lane = [&](Value count) {
    Value lanes = code_.local(of, piece.lanes, 64);
    code_.store(value, lanes, bytes);
    code_.loop(code_.whole(0), count, 1, [&](Value lane) {
      Value element = code_.load(of, code_.element(lanes, of, lane), bytes);
      code_.store(element, moved(place, row.element, lane, row.stride), bytes);
    });
  };
  if (stride != 1) return lane_by_lane(code_.least(piece.left, code_.whole(piece.lanes)));
  auto whole = [&] {
    code_.store(value, place, bytes);
    return Values{};
  };
  auto some = [&] {
    if (plan_.machine.masks && row.element != Element::boolean) {
      code_.store_masked(value, place, piece.mask, bytes);
    } else {
      lane_by_lane(piece.left);
    }
    return Values{};
  };
  code_.if_else(piece.full, whole, some);
}

Value Site::load_one(Value place, Element element) {
  return code_.load(type(element), place, schedule::bytes_of(element));
}

void Site::store_one(Value place, Element element, Value value) {
  if (element == Element::boolean) value = code_.resize(value, code_.i8());
  code_.store(value, place, schedule::bytes_of(element));
}

}  // namespace rnnc::codegen
