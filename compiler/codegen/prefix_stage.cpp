#include "compiler/codegen/stages.h"
#include "compiler/codegen/vector_math.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

using ir::Element;

namespace {

Value next_state(Code& code, const ir::PrefixAttr& how, Value state, const Values& operands) {
  VectorMath math(code);
  Value b = operands[0];
  switch (how.kind) {
    case ir::PrefixKind::sum:
      return code.add(state, b);
    case ir::PrefixKind::max:
      return math.max(state, b);
    case ir::PrefixKind::affine:
      break;
  }
  Value a = operands[1];
  switch (how.semiring) {
    case ir::Semiring::plus_times:
      return code.fma(a, state, b);
    case ir::Semiring::max_plus:
      return math.max(code.add(a, state), b);
  }
  RNNC_UNREACHABLE("a semiring of no kind");
}

}  // namespace

// Time runs inside, with the state in a register. Every step up to the dim's end is written, zeros past the
// ends.
void write_stage(Site& site, const schedule::PrefixStage& stage) {
  Code& code = site.code();
  const ir::PrefixAttr& how = stage.how;
  std::vector<schedule::Access> accesses = {stage.b};
  if (how.kind == ir::PrefixKind::affine) accesses.push_back(stage.a);
  accesses.push_back(stage.to);
  accesses.push_back(stage.first);
  std::set<ir::DimId> alone;
  if (stage.batch.valid()) alone.insert(stage.batch);
  LoopNest nest = site.nest(stage.row_dims, accesses, alone);
  Values time_strides;
  for (const schedule::Access& access : accesses) time_strides.push_back(site.value(access.stride(how.time)));
  size_t last = nest.dims.size() - 1, to = accesses.size() - 2;
  int batch_loop = stage.batch.valid() ? nest.of(stage.batch) : -1;
  bool ends = stage.batch.valid() && site.plan().lengths_of(how.time).valid();
  Value steps = site.size(how.time);

  auto row = [&](size_t s, Value place) {
    return Site::Row{place, Element::real, nest.streams[s].strides[last]};
  };
  site.loops(nest, 0, last, {}, site.starts(nest), [&](const Values& indices, const Values& places) {
    int lanes = site.lanes_for(nest.ranges[last]);
    site.pieces(nest.ranges[last], lanes, [&](const Piece& piece) {
      Value length = nullptr;
      if (ends && batch_loop == static_cast<int>(last)) {
        length = site.load({{site.lengths(how.time), Element::i32, code.whole(1)}}, piece)[0];
      } else if (ends) {
        Value b = indices[static_cast<size_t>(batch_loop)];
        Value one = code.load(code.i32(), code.element(site.lengths(how.time), code.i32(), b), 4);
        length = code.splat(one, lanes);
      }
      Value state = site.load({row(to + 1, places[to + 1])}, piece)[0];
      code.loop(code.whole(0), steps, 1, {state}, [&](Value k, const Values& carried) {
        bool forward = how.direction == ir::Direction::forward;
        Value t = forward ? k : code.sub(code.sub(steps, code.whole(1)), k);
        auto at = [&](size_t s) { return row(s, site.moved(places[s], Element::real, t, time_strides[s])); };
        std::vector<Site::Row> rows;
        for (size_t s = 0; s < to; ++s) rows.push_back(at(s));
        Value next = next_state(code, how, carried[0], site.load(rows, piece));
        Value stored = next;
        if (length) {
          Value inside = code.compare(Compare::less, code.splat(code.resize(t, code.i32()), lanes), length);
          stored = code.select(inside, next, code.zero(code.type_of(next)));
          next = code.select(inside, next, carried[0]);
        }
        site.store(at(to), stored, piece);
        return Values{next};
      });
    });
  });
}

}  // namespace rnnc::codegen
