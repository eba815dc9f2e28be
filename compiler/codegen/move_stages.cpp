#include <algorithm>

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

// Copies rows over some dims: from and to are the places of their first elements.
class RowCopy {
 public:
  RowCopy(Site& site, const std::vector<DimId>& dims, const Access& from, const Access& to)
      : site_(site), nest_(site.nest(dims, {from, to})), add_(false) {
    if (!nest_.dims.empty()) return;
    nest_.dims.emplace_back();
    nest_.counts.push_back(site.code().whole(1));
    for (Stream& stream : nest_.streams) stream.strides.push_back(site.code().whole(0));
  }
  void adds() { add_ = true; }

  // A null `from` means zeros.
  void write(Value from, Value to) {
    size_t last = nest_.dims.size() - 1;
    Value count = nest_.counts[last];
    Element element = nest_.streams[1].element;
    Values places = {from ? from : to, to};
    site_.loops(nest_, 0, last, {}, places, [&](const Values&, const Values& here) {
      int lanes = site_.lanes_for(count);
      site_.pieces(count, lanes, [&](const Piece& piece) {
        Site::Row target{here[1], element, nest_.streams[1].strides[last]};
        Value value = site_.code().zero(site_.code().vector(site_.lane_type(element), lanes));
        if (from) value = site_.load({{here[0], element, nest_.streams[0].strides[last]}}, piece)[0];
        if (add_) value = site_.code().add(site_.load({target}, piece)[0], value);
        site_.store(target, value, piece);
      });
    });
  }

 private:
  Site& site_;
  LoopNest nest_;
  bool add_;
};

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
  Value batch = stage.batch.valid() ? site.size(stage.batch) : code.whole(1);
  bool ends = stage.batch.valid() && site.plan().lengths_of(stage.time).valid();
  auto stride = [&](const Access& access, DimId dim) {
    return dim.valid() ? site.value(access.stride(dim)) : code.whole(0);
  };
  Value from_row = stride(stage.from, stage.batch), to_row = stride(stage.to, stage.batch);
  Value from_step = stride(stage.from, stage.time), to_step = stride(stage.to, stage.time);
  code.loop(code.whole(0), batch, 1, [&](Value b) {
    Value length = steps;
    if (ends) {
      Value place = code.element(site.lengths(stage.time), code.i32(), b);
      length = code.resize_signed(code.load(code.i32(), place, 4), code.i64());
    }
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

void write_stage(Site& site, const schedule::ClearStage& stage) {
  Code& code = site.code();
  Value steps = site.size(stage.time), to = site.start(stage.to);
  Value row = site.value(stage.to.stride(stage.batch)), step = site.value(stage.to.stride(stage.time));
  RowCopy rows(site, stage.row_dims, stage.to, stage.to);
  code.loop(code.whole(0), site.size(stage.batch), 1, [&](Value b) {
    Value place = code.element(site.lengths(stage.time), code.i32(), b);
    Value length = code.resize_signed(code.load(code.i32(), place, 4), code.i64());
    Value start = site.moved(to, stage.element, b, row);
    code.loop(length, steps, 1,
              [&](Value t) { rows.write(nullptr, site.moved(start, stage.element, t, step)); });
  });
}

// The caller's array goes to the slot, and the slot takes its place.
void write_stage(Site& site, const schedule::AdmitStage& stage, const Frame& frame) {
  Code& code = site.code();
  Value ragged = code.zero(code.i1());
  for (DimId time : stage.times) {
    ragged = code.either(ragged, code.compare(Compare::less, code.whole(0), site.word(frame.ragged(time))));
  }
  Value count = site.value(site.plan()[stage.input].elements);
  Value from = site.pointer_word(frame.base(stage.input)), to = site.pointer_word(frame.slot(stage.input));
  Element element = site.plan()[stage.input].element;
  code.when(ragged, [&] {
    site.pieces(count, site.plan().machine.lanes, [&](const Piece& piece) {
      Value value = site.load({{from, element, code.whole(1)}}, piece)[0];
      site.store({to, element, code.whole(1)}, value, piece);
    });
    site.set_word(frame.base(stage.input), to);
  });
}

}  // namespace rnnc::codegen
