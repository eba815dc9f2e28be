#include "compiler/codegen/panels.h"

namespace rnnc::codegen {

using ir::DimId;

Value panels_of(Site& site, const std::vector<DimId>& n, int width) {
  Code& code = site.code();
  return code.div(code.add(site.size(n), code.whole(width - 1)), code.whole(width));
}

Value matrix_elements(Site& site, const std::vector<DimId>& n, const std::vector<DimId>& k, int width) {
  Code& code = site.code();
  return code.mul(code.mul(panels_of(site, n, width), code.whole(width)), site.size(k));
}

Value position(Site& site, const std::vector<DimId>& batch, const Values& indices) {
  Code& code = site.code();
  Value position = code.whole(0);
  for (size_t i = 0; i < batch.size(); ++i) {
    position = code.add(code.mul(position, site.size(batch[i])), indices[i]);
  }
  return position;
}

}  // namespace rnnc::codegen
