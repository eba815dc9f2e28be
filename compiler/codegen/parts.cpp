#include "compiler/codegen/parts.h"

#include <llvm/IR/Module.h>

#include <algorithm>
#include <vector>

namespace rnnc::codegen {

namespace {

struct Sized {
  llvm::Function* function;
  size_t instructions;
};

// Largest first.
std::vector<Sized> functions_of(llvm::Module& module) {
  std::vector<Sized> functions;
  for (llvm::Function& function : module) {
    if (!function.isDeclaration()) functions.push_back({&function, function.getInstructionCount()});
  }
  std::stable_sort(functions.begin(), functions.end(),
                   [](const Sized& a, const Sized& b) { return a.instructions > b.instructions; });
  return functions;
}

void drop_unused(llvm::Module& module) {
  for (llvm::Function& function : llvm::make_early_inc_range(module)) {
    if (function.isDeclaration() && function.use_empty()) function.eraseFromParent();
  }
  for (llvm::GlobalVariable& variable : llvm::make_early_inc_range(module.globals())) {
    variable.removeDeadConstantUsers();
    if (variable.use_empty()) variable.eraseFromParent();
  }
}

}  // namespace

void keep_part(llvm::Module& module, const Part& part) {
  std::vector<size_t> load(static_cast<size_t>(part.count), 0);
  for (const auto& [function, instructions] : functions_of(module)) {
    auto least = std::min_element(load.begin(), load.end());
    *least += instructions;
    if (function->hasLocalLinkage()) {
      function->setLinkage(llvm::GlobalValue::ExternalLinkage);
      function->setVisibility(llvm::GlobalValue::HiddenVisibility);
    }
    if (least - load.begin() != part.index) function->deleteBody();
  }
  drop_unused(module);
}

}  // namespace rnnc::codegen
