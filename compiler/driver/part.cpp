#include "compiler/driver/part.h"

#include "compiler/ir/rewrite.h"
#include "compiler/irgen/live.h"
#include "compiler/passes/dead_code.h"

namespace rnnc::driver {

ir::Function part_of(const ir::Function& function, const ir::DimTable& dims,
                     const std::function<bool(const std::string&)>& wanted) {
  std::vector<ir::NamedResult> results;
  for (const ir::NamedResult& result : function.results()) {
    if (wanted(result.name)) results.push_back(result);
  }
  ir::Rewriter copy(function, dims);
  for (uint32_t i = 0; i < function.instrs().size(); ++i) copy.copy(ir::InstrId{i});
  ir::DimTable unchanged = dims;
  return irgen::only_live(passes::dead_code(copy.finish(results), unchanged), dims);
}

}  // namespace rnnc::driver
