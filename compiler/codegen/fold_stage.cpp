#include <algorithm>
#include <limits>

#include "compiler/codegen/lane_code.h"
#include "compiler/codegen/stages.h"
#include "compiler/codegen/vector_math.h"
#include "compiler/support/check.h"

namespace rnnc::codegen {

using ir::Element;
using schedule::Fold;

namespace {

class FoldCode {
 public:
  FoldCode(Site& site, const schedule::FoldStage& stage)
      : site_(site),
        code_(site.code()),
        stage_(stage),
        lanes_(site, stage.lanes),
        element_(stage.lanes.element(stage.value)) {
    std::vector<schedule::Access> accesses = lanes_.accesses();
    accesses.push_back(stage.to);
    kept_ = stage.lanes.dims.size() - stage.over.size();
    std::set<ir::DimId> alone = lanes_.counted();
    // Which lane sums an element must not depend on how many steps or sequences there are beside it.
    for (ir::DimId dim : stage.lanes.dims) {
      if (stage.within && site.plan().dims[dim].kind != ir::DimKind::constant) alone.insert(dim);
    }
    nest_ = site.nest(stage.lanes.dims, accesses, alone, kept_);
    // How many of the loops are over dims that stay.
    kept_loops_ = 0;
    for (size_t dims = 0; dims < kept_; ++kept_loops_) dims += nest_.dims[kept_loops_].size();
    if (kept_loops_ > 0 || stage.within) return;
    nest_.add_once(0, code_);
    kept_loops_ = 1;
  }

  void write() {
    if (stage_.within) return write_within();
    size_t last = kept_loops_ - 1;
    site_.loops(nest_, 0, last, {}, site_.starts(nest_), [&](const Values& indices, const Values& places) {
      const int lanes = lanes_across(last);
      site_.pieces(nest_.ranges[last], lanes, [&](const Piece& piece) {
        Values sums = over_loops(kept_loops_, indices, places, start(lanes), piece);
        site_.store(target(places, static_cast<int>(last)), finished(sums), piece);
      });
    });
  }

 private:
  // Beside each other in sums that go down columns: whole lines of the cache at once, where there is no tail.
  int lanes_across(size_t loop) {
    constexpr int kVectors = 4;
    const int wide = kVectors * site_.plan().machine.lanes;
    bool side_by_side = std::all_of(nest_.streams.begin(), nest_.streams.end(), [&](const Stream& stream) {
      int64_t stride = -1;
      return code_.is_constant(stream.strides[loop], stride) && (stride == 0 || stride == 1);
    });
    return side_by_side && nest_.ranges[loop].multiple % wide == 0 ? wide
                                                                   : site_.lanes_for(nest_.ranges[loop]);
  }

  // Vectors along the innermost summed loop.
  void write_within() {
    size_t last = nest_.dims.size() - 1;
    int lanes = site_.lanes_for(nest_.ranges[last]);
    site_.loops(nest_, 0, kept_loops_, {}, site_.starts(nest_),
                [&](const Values& indices, const Values& places) {
                  Values sums = within_loops(kept_loops_, indices, places, start(lanes));
                  while (code_.lanes(sums[0]) > 1) {
                    Values halves;
                    halves.push_back(combine(code_.lower_half(sums[0]), code_.upper_half(sums[0])));
                    if (sums.size() > 1)
                      halves.push_back(code_.either(code_.lower_half(sums[1]), code_.upper_half(sums[1])));
                    sums = halves;
                  }
                  Value result = finished(sums);
                  site_.store_one(places.back(), element_, code_.lane(result, 0));
                });
  }

  Values start(int lanes) {
    Value shape = code_.zero(code_.vector(site_.lane_type(element_), lanes));
    Values start;
    switch (stage_.fold) {
      case Fold::sum:
      case Fold::dot:
        return {shape};
      case Fold::max:
      case Fold::min:
        break;
    }
    bool max = stage_.fold == Fold::max;
    double infinity = std::numeric_limits<double>::infinity();
    start.push_back(
        element_ == Element::real
            ? code_.like(shape, max ? -infinity : infinity)
            : code_.bits_like(shape, static_cast<uint64_t>(int64_t{max ? INT32_MIN : INT32_MAX})));
    // Whether there was an element.
    start.push_back(code_.zero(code_.vector(code_.i1(), lanes)));
    return start;
  }

  Value combine(Value a, Value b) {
    VectorMath math(code_);
    bool real = element_ == Element::real;
    switch (stage_.fold) {
      case Fold::sum:
      case Fold::dot:
        return code_.add(a, b);
      case Fold::max:
        return real ? math.max(a, b) : code_.most(a, b);
      case Fold::min:
        return real ? math.min(a, b) : code_.least(a, b);
    }
    RNNC_UNREACHABLE("a fold of no kind");
  }

  // One element more in each lane.
  Values next(const Values& sums, const Values& values) {
    Value value = values[static_cast<size_t>(stage_.value)];
    if (stage_.fold == Fold::dot) {
      return {code_.fma(value, values[static_cast<size_t>(stage_.factor)], sums[0])};
    }
    Value combined = combine(sums[0], value);
    if (stage_.fold == Fold::sum) return {combined};
    Value inside = code_.no(code_.zero(code_.type_of(sums[1])));
    if (stage_.inside >= 0) {
      inside = values[static_cast<size_t>(stage_.inside)];
      combined = code_.select(inside, combined, sums[0]);
    }
    return {combined, code_.either(sums[1], inside)};
  }

  Value finished(const Values& sums) {
    if (sums.size() == 1) return sums[0];
    return code_.select(sums[1], sums[0], code_.zero(code_.type_of(sums[0])));
  }

  Site::Row target(const Values& places, int loop) const {
    return {places.back(), element_, nest_.streams.back().strides[static_cast<size_t>(loop)]};
  }

  Values moved(size_t loop, const Values& places, Value index) {
    Values inner;
    for (size_t s = 0; s < nest_.streams.size(); ++s) {
      const Stream& stream = nest_.streams[s];
      inner.push_back(site_.moved(places[s], stream.element, index, stream.strides[loop]));
    }
    return inner;
  }

  // The summed loops within a vector of elements that stay.
  Values over_loops(size_t loop, const Values& indices, const Values& places, const Values& sums,
                    const Piece& piece) {
    auto vector_loop = static_cast<int>(kept_loops_) - 1;
    if (loop == nest_.dims.size()) {
      return next(sums, lanes_.values(nest_, indices, places, vector_loop, piece));
    }
    return code_.loop(nest_.ranges[loop].begin, nest_.ranges[loop].end, 1, sums,
                      [&](Value index, const Values& carried) {
                        Values inner = indices;
                        inner[loop] = index;
                        return over_loops(loop + 1, inner, moved(loop, places, index), carried, piece);
                      });
  }

  Values within_loops(size_t loop, const Values& indices, const Values& places, const Values& sums) {
    size_t last = nest_.dims.size() - 1;
    if (loop < last) {
      return code_.loop(nest_.ranges[loop].begin, nest_.ranges[loop].end, 1, sums,
                        [&](Value index, const Values& carried) {
                          Values inner = indices;
                          inner[loop] = index;
                          return within_loops(loop + 1, inner, moved(loop, places, index), carried);
                        });
    }
    int lanes = code_.lanes(sums[0]);
    return site_.pieces(nest_.ranges[last], lanes, sums, [&](const Piece& piece, const Values& carried) {
      Values with = next(carried, lanes_.values(nest_, indices, places, static_cast<int>(last), piece));
      Values kept;
      for (size_t i = 0; i < with.size(); ++i) kept.push_back(code_.select(piece.mask, with[i], carried[i]));
      return kept;
    });
  }

  Site& site_;
  Code& code_;
  const schedule::FoldStage& stage_;
  LaneCode lanes_;
  Element element_;
  LoopNest nest_;
  size_t kept_ = 0, kept_loops_ = 0;
};

}  // namespace

void write_stage(Site& site, const schedule::FoldStage& stage) { FoldCode(site, stage).write(); }

}  // namespace rnnc::codegen
