// Plan to LLVM IR. Decides nothing: what it writes follows from the plan, loop by loop.
#pragma once

#include <memory>
#include <string>

#include "compiler/schedule/plan.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace rnnc::codegen {

struct Options {
  std::string name;           // of the function; NAME_scratch stands beside it (abi.h)
  std::string cpu, features;  // as LLVM spells them
  std::string triple, data_layout;
};

// A module with the two functions and what they call. It needs no library, writes no memory but the caller's,
// and fits the machine of the plan.
std::unique_ptr<llvm::Module> generate(const schedule::Plan& plan, const Options& options,
                                       llvm::LLVMContext& context);

}  // namespace rnnc::codegen
