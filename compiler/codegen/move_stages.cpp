#include <fmt/format.h>

#include <algorithm>

#include "compiler/codegen/row_copy.h"
#include "compiler/codegen/stages.h"

namespace rnnc::codegen {

using ir::DimId;
using ir::Element;
using schedule::Access;

namespace {

// Along `dim` the array moves by an index that is read, not by the loop of that name.
Access without_axis(Access access, DimId dim) {
  std::erase_if(access.axes, [&](const schedule::Axis& axis) { return axis.dim == dim; });
  return access;
}

}  // namespace

void write_stage(Site& site, const schedule::IndexStage& stage) {
  Code& code = site.code();
  Access table = stage.scatter ? stage.table : without_axis(stage.table, stage.dim);
  Access to = stage.scatter ? without_axis(stage.to, stage.dim) : stage.to;
  Value index_stride = site.value((stage.scatter ? stage.to : stage.table).stride(stage.dim));
  Value size = site.size(stage.dim);
  std::set<DimId> alone(stage.index_dims.begin(), stage.index_dims.end());
  LoopNest nest = site.nest(stage.index_dims, {table, to, stage.index}, alone);
  RowCopy rows(site, stage.row_dims, table, to);
  if (stage.scatter) rows.adds();
  site.loops(nest, 0, nest.dims.size(), {}, site.starts(nest), [&](const Values&, const Values& places) {
    Value index = code.resize_signed(code.load(code.i32(), places[2], 4), code.i64());
    Value inside = code.both(code.compare(Compare::less_equal, code.whole(0), index),
                             code.compare(Compare::less, index, size));
    size_t indexed = stage.scatter ? 1 : 0;
    auto copy = [&] {
      Values at = places;
      at[indexed] = site.moved(at[indexed], stage.element, index, index_stride);
      rows.write(at[0], at[1]);
      return Values{};
    };
    auto clear = [&] {
      if (!stage.scatter) rows.write(nullptr, places[1]);
      return Values{};
    };
    code.if_else(inside, copy, clear);
  });
}

void write_stage(Site& site, const schedule::ShiftStage& stage) {
  Code& code = site.code();
  Value steps = site.size(stage.time);
  Value from_stride = site.value(stage.from.stride(stage.time)),
        to_stride = site.value(stage.to.stride(stage.time));
  Value from = site.start(stage.from), to = site.start(stage.to);
  RowCopy rows(site, stage.row_dims, stage.from, stage.to);
  Values before;
  std::vector<RowCopy> before_rows;
  for (const Access& access : stage.before) {
    before.push_back(site.start(access));
    before_rows.emplace_back(site, stage.row_dims, access, stage.to);
  }
  auto target = [&](Value t) { return site.moved(to, stage.element, t, to_stride); };
  // The steps that read before the start, those that read within, and those that read past the end.
  Value head = code.least(code.whole(std::max(stage.by, 0)), steps);
  Value tail = code.most(code.add(steps, code.whole(std::min(stage.by, 0))), code.whole(0));
  for (int k = 0; k < stage.by; ++k) {
    auto source = static_cast<size_t>(stage.by - 1 - k);
    code.when(code.compare(Compare::less, code.whole(k), steps), [&] {
      if (before.empty()) {
        rows.write(nullptr, target(code.whole(k)));
      } else {
        before_rows[source].write(before[source], target(code.whole(k)));
      }
    });
  }
  code.loop(head, tail, 1, [&](Value t) {
    Value source = code.sub(t, code.whole(stage.by));
    rows.write(site.moved(from, stage.element, source, from_stride), target(t));
  });
  code.loop(code.most(head, tail), steps, 1, [&](Value t) { rows.write(nullptr, target(t)); });
}

void write_stage(Site& site, const schedule::FlipStage& stage) {
  Code& code = site.code();
  Value steps = site.size(stage.time);
  Value from = site.start(stage.from), to = site.start(stage.to);
  RowCopy rows(site, stage.row_dims, stage.from, stage.to);
  Range batch = {code.whole(0), code.whole(1)};
  if (stage.batch.valid()) batch = site.range({stage.batch});
  bool ends = stage.batch.valid() && site.plan().lengths_of(stage.time).valid();
  auto stride = [&](const Access& access, DimId dim) {
    return dim.valid() ? site.value(access.stride(dim)) : code.whole(0);
  };
  Value from_row = stride(stage.from, stage.batch), to_row = stride(stage.to, stage.batch);
  Value from_step = stride(stage.from, stage.time), to_step = stride(stage.to, stage.time);
  code.loop(batch.begin, batch.end, 1, [&](Value b) {
    Value length = steps;
    if (ends) length = length_at(code, site.lengths(stage.time), b);
    Value row_from = site.moved(from, stage.element, b, from_row),
          row_to = site.moved(to, stage.element, b, to_row);
    auto target = [&](Value t) { return site.moved(row_to, stage.element, t, to_step); };
    code.loop(code.whole(0), length, 1, [&](Value t) {
      Value source = code.sub(code.sub(length, code.whole(1)), t);
      rows.write(site.moved(row_from, stage.element, source, from_step), target(t));
    });
    code.loop(length, steps, 1, [&](Value t) { rows.write(nullptr, target(t)); });
  });
}

namespace {

// void(to, lengths, batch, steps, row, step, count): zeros `count` elements, side by side, of each step past
// the ends.
llvm::Function* clear_function(Site& outer, Element element) {
  Code& code = outer.code();
  std::string name = fmt::format("clear_{}", schedule::bytes_of(element));
  if (llvm::Function* known = code.known(name)) return known;
  Type pointer = code.pointer(), whole = code.i64();
  llvm::Function* function =
      code.begin(name, code.nothing(), {pointer, pointer, whole, whole, whole, whole, whole}, false);
  Site site(code, outer.plan());
  int lanes = site.plan().machine.lanes;
  Value steps = code.parameter(3), count = code.parameter(6);
  Value zero = code.zero(code.vector(site.lane_type(element), lanes));
  code.loop(code.whole(0), code.parameter(2), 1, [&](Value b) {
    Value row = site.moved(code.parameter(0), element, b, code.parameter(4));
    code.loop(length_at(code, code.parameter(1), b), steps, 1, [&](Value t) {
      Value start = site.moved(row, element, t, code.parameter(5));
      site.pieces({code.whole(0), count}, lanes,
                  [&](const Piece& piece) { site.store({start, element, code.whole(1)}, zero, piece); });
    });
  });
  code.end();
  return function;
}

}  // namespace

// Elements that stand apart from each other are cleared one run after the other.
void write_stage(Site& site, const schedule::ClearStage& stage) {
  Code& code = site.code();
  Element element = stage.element == Element::boolean ? Element::boolean : Element::i32;
  llvm::Function* clear = clear_function(site, element);
  Value row = site.value(stage.to.stride(stage.batch)), step = site.value(stage.to.stride(stage.time));
  LoopNest nest = site.nest(stage.row_dims, {stage.to});
  size_t runs = nest.dims.size();
  Value count = code.whole(1);
  Range batch = site.range({stage.batch});
  Value lengths = code.element(site.lengths(stage.time), code.i32(), batch.begin);
  int64_t stride = 0;
  if (runs > 0 && code.is_constant(nest.streams[0].strides.back(), stride) && stride == 1) {
    count = nest.ranges.back().end;
    --runs;
  }
  site.loops(nest, 0, runs, {}, site.starts(nest), [&](const Values&, const Values& places) {
    code.call(clear, {site.moved(places[0], element, batch.begin, row), lengths,
                      code.sub(batch.end, batch.begin), site.size(stage.time), row, step, count});
  });
}

// void(from, to, count): as the caller's array goes to its slot.
llvm::Function* copy_function(Site& outer, Element element) {
  Code& code = outer.code();
  std::string name = fmt::format("copy_{}", schedule::bytes_of(element));
  if (llvm::Function* known = code.known(name)) return known;
  llvm::Function* function =
      code.begin(name, code.nothing(), {code.pointer(), code.pointer(), code.i64()}, false);
  Site site(code, outer.plan());
  Value one = code.whole(1);
  site.pieces({code.whole(0), code.parameter(2)}, site.plan().machine.lanes, [&](const Piece& piece) {
    Value value = site.load({{code.parameter(0), element, one}}, piece)[0];
    site.store({code.parameter(1), element, one}, value, piece);
  });
  code.end();
  return function;
}

}  // namespace rnnc::codegen
