#include "compiler/codegen/lane_code.h"
#include "compiler/codegen/stages.h"

namespace rnnc::codegen {

void write_stage(Site& site, const schedule::LaneStage& stage) {
  LaneCode lanes(site, stage.lanes);
  LoopNest nest = site.nest(stage.lanes.dims, lanes.accesses(), lanes.counted());
  // A scalar is a row of one element.
  if (nest.dims.empty()) nest.add_once(0, site.code());
  size_t last = nest.dims.size() - 1;
  auto vector_loop = static_cast<int>(last);
  site.loops(nest, 0, last, {}, site.starts(nest), [&](const Values& indices, const Values& places) {
    lanes.begin_row(nest, indices, vector_loop);
    site.pieces(nest.ranges[last], site.lanes_for(nest.ranges[last]), [&](const Piece& piece) {
      Values values = lanes.values(nest, indices, places, vector_loop, piece);
      lanes.store(nest, places, vector_loop, values, piece);
    });
  });
}

}  // namespace rnnc::codegen
