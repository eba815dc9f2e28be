#include "compiler/codegen/row_copy.h"

namespace rnnc::codegen {

RowCopy::RowCopy(Site& site, const std::vector<ir::DimId>& dims, const schedule::Access& from,
                 const schedule::Access& to)
    : site_(site), nest_(site.nest(dims, {from, to})) {
  if (nest_.dims.empty()) nest_.add_once(0, site.code());
}

void RowCopy::write(Value from, Value to) {
  size_t last = nest_.dims.size() - 1;
  ir::Element element = nest_.streams[1].element;
  Values places = {from ? from : to, to};
  site_.loops(nest_, 0, last, {}, places, [&](const Values&, const Values& here) {
    int lanes = site_.lanes_for(nest_.ranges[last]);
    site_.pieces(nest_.ranges[last], lanes, [&](const Piece& piece) {
      Site::Row target{here[1], element, nest_.streams[1].strides[last]};
      Value value = site_.code().zero(site_.code().vector(site_.lane_type(element), lanes));
      if (from) value = site_.load({{here[0], element, nest_.streams[0].strides[last]}}, piece)[0];
      if (add_) value = site_.code().add(site_.load({target}, piece)[0], value);
      site_.store(target, value, piece);
    });
  });
}

}  // namespace rnnc::codegen
