#include "compiler/codegen/lane_code.h"

#include <cmath>

#include "compiler/codegen/arguments.h"
#include "compiler/codegen/draws.h"
#include "compiler/codegen/vector_math.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

using ir::DimId;
using ir::DrawPer;
using ir::Element;
using schedule::Access;
using schedule::Draw;
using schedule::Load;

namespace {

// The key of a site in this call (ir::site_key).
Value site_key(Site& site, const Draw& draw) {
  Code& code = site.code();
  auto word = [&](int field) { return code.load(code.i64(), site.argument(field), 8); };
  Value epoch = word(draw.draw.per == DrawPer::parameter ? kStep : kEpoch);
  return philox(code, word(kSeed), epoch, code.whole32(draw.draw.site),
                code.whole32(static_cast<uint32_t>(draw.draw.per)));
}

// numbers[b] of an argument that may be null.
Value number_of(Site& site, int field, Value b, Value absent) {
  Code& code = site.code();
  Value numbers = code.load(code.pointer(), site.argument(field), 8);
  Value is_null = code.compare(Compare::equal, numbers, code.zero(code.pointer()));
  return code.if_else(
      is_null, [&] { return Values{absent}; },
      [&] { return Values{code.load(code.i64(), code.element(numbers, code.i64(), b), 8)}; })[0];
}

}  // namespace

LaneCode::LaneCode(Site& site, const schedule::Lanes& lanes)
    : site_(site),
      code_(site.code()),
      lanes_(lanes),
      site_keys_(lanes.loads.size(), nullptr),
      row_keys_(lanes.loads.size(), nullptr) {
  for (size_t i = 0; i < lanes.loads.size(); ++i) {
    const Load& load = lanes.loads[i];
    if (const auto* access = std::get_if<Access>(&load.from)) accesses_.push_back(*access);
    if (const auto* index = std::get_if<schedule::Index>(&load.from)) counted_.insert(index->dim);
    if (const auto* draw = std::get_if<Draw>(&load.from)) {
      counted_.insert(draw->elements.begin(), draw->elements.end());
      if (draw->batch.valid()) counted_.insert(draw->batch);
      if (draw->time.valid()) counted_.insert(draw->time);
      site_keys_[i] = site_key(site, *draw);
    }
  }
  for (const schedule::Store& store : lanes.stores) accesses_.push_back(store.to);
}

Value LaneCode::scalar_index(const LoopNest& nest, const Values& indices, DimId dim) {
  if (!dim.valid()) return code_.whole(0);
  if (site_.is_around(dim)) return site_.step(dim);
  return indices[static_cast<size_t>(nest.of(dim))];
}

Value LaneCode::index(const LoopNest& nest, const Values& indices, DimId dim, int vector_loop,
                      const Piece& piece) {
  bool in_vector = !site_.is_around(dim) && nest.of(dim) == vector_loop;
  Value first = in_vector ? piece.first : scalar_index(nest, indices, dim);
  Value all = code_.splat(code_.resize(first, code_.i32()), piece.lanes);
  return in_vector ? code_.add(all, code_.counting(code_.i32(), piece.lanes)) : all;
}

bool LaneCode::row_is_fixed(const LoopNest& nest, const Draw& draw, int vector_loop) const {
  for (DimId dim : {draw.batch, draw.time}) {
    if (dim.valid() && !site_.is_around(dim) && nest.of(dim) == vector_loop) return false;
  }
  return true;
}

// ir::row_key
Value LaneCode::row_key(const Draw& draw, Value key, Value row, Value step) {
  Value sequence = code_.whole(0), t = code_.whole(0);
  if (draw.draw.per != DrawPer::parameter) sequence = number_of(site_, kSequence, row, row);
  if (draw.draw.per == DrawPer::step) t = code_.add(number_of(site_, kFirstT, row, code_.whole(0)), step);
  return philox(code_, sequence, t, code_.lane(key, 0), code_.lane(key, 1));
}

void LaneCode::begin_row(const LoopNest& nest, const Values& indices, int vector_loop) {
  for (size_t i = 0; i < lanes_.loads.size(); ++i) {
    const auto* draw = std::get_if<Draw>(&lanes_.loads[i].from);
    if (!draw || !row_is_fixed(nest, *draw, vector_loop)) continue;
    row_keys_[i] = row_key(*draw, site_keys_[i], scalar_index(nest, indices, draw->batch),
                           scalar_index(nest, indices, draw->time));
  }
}

// The four words of each lane's row.
Values LaneCode::row_words(const LoopNest& nest, const Values& indices, size_t load, int vector_loop,
                           const Piece& piece) {
  const auto& draw = std::get<Draw>(lanes_.loads[load].from);
  Values words;
  if (row_keys_[load]) {
    for (int w = 0; w < 4; ++w) words.push_back(code_.splat(code_.lane(row_keys_[load], w), piece.lanes));
    return words;
  }
  words.assign(4, code_.zero(code_.vector(code_.i32(), piece.lanes)));
  Value last = code_.sub(piece.left, code_.whole(1));
  for (int lane = 0; lane < piece.lanes; ++lane) {
    auto at = [&](DimId dim) {
      bool in_vector = dim.valid() && !site_.is_around(dim) && nest.of(dim) == vector_loop;
      if (!in_vector) return scalar_index(nest, indices, dim);
      return code_.add(piece.first, code_.least(code_.whole(lane), last));
    };
    Value key = row_key(draw, site_keys_[load], at(draw.batch), at(draw.time));
    for (int w = 0; w < 4; ++w) {
      Value& word = words[static_cast<size_t>(w)];
      word = code_.with_lane(word, code_.lane(key, w), lane);
    }
  }
  return words;
}

Value LaneCode::drawn(const LoopNest& nest, const Values& indices, size_t load, int vector_loop,
                      const Piece& piece) {
  const auto& draw = std::get<Draw>(lanes_.loads[load].from);
  Values row = row_words(nest, indices, load, vector_loop, piece);
  Value element = code_.zero(code_.vector(code_.i32(), piece.lanes));
  for (DimId dim : draw.elements) {
    element =
        code_.mul(element, code_.bits_like(element, static_cast<uint64_t>(site_.plan().dims[dim].size)));
    element = code_.add(element, index(nest, indices, dim, vector_loop, piece));
  }
  auto word = [&](int j) { return code_.shift_right(draw_word(code_, row, element, j), 8); };
  switch (draw.draw.distribution) {
    case ir::Distribution::uniform: {
      Value whole = code_.to_real(word(0));
      return code_.mul(whole, code_.like(whole, 0x1p-24));
    }
    case ir::Distribution::bernoulli: {
      Value n = word(0);
      return code_.compare(Compare::less, n,
                           code_.bits_like(n, static_cast<uint64_t>(std::ceil(draw.draw.p * 0x1p24))));
    }
    case ir::Distribution::normal:
      break;
  }
  VectorMath math(code_);
  Value n = word(0);
  Value u = code_.to_real(code_.add(n, code_.bits_like(n, 1)));
  Value log = math.log(code_.mul(u, code_.like(u, 0x1p-24)));
  return code_.mul(code_.sqrt(code_.mul(log, code_.like(log, -2))), math.cos_of_turn(word(1)));
}

Values LaneCode::values(const LoopNest& nest, const Values& indices, const Values& places, int vector_loop,
                        const Piece& piece, const Values& sums) {
  std::vector<Site::Row> rows;
  size_t streams = 0;
  for (const Load& load : lanes_.loads) {
    if (!std::holds_alternative<Access>(load.from)) continue;
    const Stream& stream = nest.streams[streams];
    rows.push_back({places[streams], stream.element, stream.strides[static_cast<size_t>(vector_loop)]});
    ++streams;
  }
  Values loaded = site_.load(rows, piece), values;
  size_t next = 0;
  for (size_t i = 0; i < lanes_.loads.size(); ++i) {
    const Load& load = lanes_.loads[i];
    if (std::holds_alternative<Access>(load.from)) {
      values.push_back(loaded[next++]);
    } else if (const auto* sum = std::get_if<schedule::Sum>(&load.from)) {
      values.push_back(sums[static_cast<size_t>(sum->slot)]);
    } else if (const auto* dim = std::get_if<schedule::Index>(&load.from)) {
      values.push_back(index(nest, indices, dim->dim, vector_loop, piece));
    } else if (const auto* number = std::get_if<schedule::Number>(&load.from)) {
      Value shape = code_.zero(code_.vector(site_.lane_type(load.element), piece.lanes));
      values.push_back(
          load.element == Element::real
              ? code_.like(shape, number->value)
              : code_.bits_like(shape, static_cast<uint64_t>(static_cast<int64_t>(number->value))));
    } else {
      values.push_back(drawn(nest, indices, i, vector_loop, piece));
    }
  }
  for (const schedule::LaneOp& op : lanes_.ops) {
    Values operands;
    for (int16_t operand : op.operands) {
      if (operand >= 0) operands.push_back(values[static_cast<size_t>(operand)]);
    }
    values.push_back(lane_op(site_, op, operands, lanes_.element(op.operands[0])));
  }
  return values;
}

void LaneCode::store(const LoopNest& nest, const Values& places, int vector_loop, const Values& values,
                     const Piece& piece) {
  size_t first_store = accesses_.size() - lanes_.stores.size();
  for (size_t i = 0; i < lanes_.stores.size(); ++i) {
    const Stream& stream = nest.streams[first_store + i];
    Site::Row row{places[first_store + i], stream.element, stream.strides[static_cast<size_t>(vector_loop)]};
    site_.store(row, values[static_cast<size_t>(lanes_.stores[i].value)], piece);
  }
}

}  // namespace rnnc::codegen
