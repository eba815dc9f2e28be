#include "compiler/backend/llvm_machine.h"

#include <fmt/format.h>
#include <llvm/IR/LegacyPassManager.h>
#include <llvm/IR/Module.h>
#include <llvm/IR/Verifier.h>
#include <llvm/MC/TargetRegistry.h>
#include <llvm/Support/CommandLine.h>
#include <llvm/Support/TargetSelect.h>
#include <llvm/Target/TargetMachine.h>

#include <iterator>
#include <mutex>

#include "compiler/support/check.h"

namespace rnnc::backend {

using support::Failure;
using support::Result;

namespace {

void initialize_once() {
  static std::once_flag once;
  std::call_once(once, [] {
    llvm::InitializeNativeTarget();
    llvm::InitializeNativeTargetAsmPrinter();
    // Addresses of inner loops are written as they should be. Seeking better ones takes a sixth of the time
    // of compiling and gains nothing; only this way can it be told so.
    const char* arguments[] = {"rnnc", "-disable-lsr"};
    llvm::cl::ParseCommandLineOptions(static_cast<int>(std::size(arguments)), arguments);
  });
}

}  // namespace

Result<std::unique_ptr<llvm::TargetMachine>> llvm_machine(const Target& target) {
  initialize_once();
  std::string why;
  const llvm::Target* found = llvm::TargetRegistry::lookupTarget(target.triple, why);
  if (!found) return Failure{fmt::format("no machine code for {}: {}", target.name, why)};
  llvm::TargetOptions options;
  options.AllowFPOpFusion = llvm::FPOpFusion::Strict;
  // The instructions are chosen by the builder; more optimisation costs twice the time and gains nothing.
  return std::unique_ptr<llvm::TargetMachine>(
      found->createTargetMachine(target.triple, target.cpu, target.features, options, llvm::Reloc::PIC_,
                                 std::nullopt, llvm::CodeGenOptLevel::Less));
}

void check(const llvm::Module& module) {
  std::string wrong;
  llvm::raw_string_ostream stream(wrong);
  RNNC_CHECK(!llvm::verifyModule(module, &stream), wrong);
}

namespace {

std::string to_file(llvm::Module& module, llvm::TargetMachine& machine, llvm::CodeGenFileType type) {
  llvm::SmallVector<char, 0> bytes;
  llvm::raw_svector_ostream stream(bytes);
  llvm::legacy::PassManager passes;
  bool cannot = machine.addPassesToEmitFile(passes, stream, nullptr, type,
                                            /*DisableVerify=*/true);
  RNNC_CHECK(!cannot, "a target without files of code");
  passes.run(module);
  return {bytes.begin(), bytes.end()};
}

}  // namespace

std::string to_object(llvm::Module& module, llvm::TargetMachine& machine) {
  return to_file(module, machine, llvm::CodeGenFileType::ObjectFile);
}
std::string to_assembly(llvm::Module& module, llvm::TargetMachine& machine) {
  return to_file(module, machine, llvm::CodeGenFileType::AssemblyFile);
}

}  // namespace rnnc::backend
