// Plan to LLVM IR. Decides nothing: what it writes follows from the plan, loop by loop.
#pragma once

#include <functional>
#include <memory>
#include <string>

#include "compiler/codegen/code.h"
#include "compiler/schedule/plan.h"

namespace llvm {
class LLVMContext;
class Module;
}  // namespace llvm

namespace rnnc::codegen {

// A module may be written as several objects, to be compiled at the same time. Together they are what one
// part of one would be.
struct Part {
  int index = 0, count = 1;
};

struct Options {
  std::string name;           // of the function; NAME_scratch stands beside it (abi.h)
  std::string cpu, features;  // as LLVM spells them
  std::string triple, data_layout;
  // Counts the cycles that each stage takes, by its number in the plan, in uint64_t NAME_cycles[stages]. Only
  // for measuring: it is the one thing that code writes beside the caller's memory.
  bool counts_cycles = false;
  Part part = {};
};

// Precondition: schedule::verify(plan). A module with the two functions and what they call. It needs no
// library, writes no memory but the caller's, and fits the machine of the plan.
std::unique_ptr<llvm::Module> generate(const schedule::Plan& plan, const Options& options,
                                       llvm::LLVMContext& context);

// The function alone, not visible outside, in a module that may hold others of the same machine:
// void(const rnnc_arguments*).
llvm::Function* write_function(Code& code, const schedule::Plan& plan, const std::string& name);

// What NAME_scratch gives, for sizes of B and the times that are known.
int64_t scratch_bytes(const schedule::Plan& plan, const std::function<int64_t(ir::DimId)>& size);

}  // namespace rnnc::codegen
