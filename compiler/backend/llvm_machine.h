// LLVM as this room uses it: a target machine, and modules to objects. Only for files of this room.
#pragma once

#include <memory>
#include <string>

#include "compiler/backend/target.h"

namespace llvm {
class Module;
class TargetMachine;
}  // namespace llvm

namespace rnnc::backend {

// Fails if LLVM lacks the target.
support::Result<std::unique_ptr<llvm::TargetMachine>> llvm_machine(const Target& target);

// That a module is wrong is up to us.
void check(const llvm::Module& module);

// The bytes of an object file, or the text of its assembly; the module is of no use after it.
std::string to_object(llvm::Module& module, llvm::TargetMachine& machine);
std::string to_assembly(llvm::Module& module, llvm::TargetMachine& machine);

}  // namespace rnnc::backend
