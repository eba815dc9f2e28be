#include "compiler/backend/object.h"

#include <fmt/format.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/BLAKE3.h>
#include <llvm/Target/TargetMachine.h>

#include "compiler/backend/llvm_machine.h"
#include "compiler/backend/object_cache.h"
#include "compiler/codegen/generate.h"
#include "compiler/support/check.h"

namespace rnnc::backend {

using support::Result;

namespace {

std::unique_ptr<llvm::Module> module_for(const schedule::Plan& plan, const Target& target,
                                         const std::string& name, llvm::TargetMachine& machine,
                                         llvm::LLVMContext& context, Counting counting = Counting::no) {
  RNNC_CHECK(plan.machine.fma <= target.machine.fma && plan.machine.masks <= target.machine.masks,
             "a plan for another machine");
  codegen::Options options{name,
                           target.cpu,
                           target.features,
                           target.triple,
                           machine.createDataLayout().getStringRepresentation(),
                           counting == Counting::yes};
  auto module = codegen::generate(plan, options, context);
  check(*module);
  return module;
}

std::string key_of(const llvm::Module& module, const Target& target) {
  llvm::SmallVector<char, 0> bitcode;
  llvm::raw_svector_ostream stream(bitcode);
  llvm::WriteBitcodeToFile(module, stream);
  llvm::BLAKE3 hash;
  for (const std::string& part : {std::string(LLVM_VERSION_STRING), target.cpu, target.features}) {
    hash.update(part);
    hash.update(llvm::StringRef("\0", 1));
  }
  hash.update(llvm::StringRef(bitcode.data(), bitcode.size()));
  std::string key;
  for (uint8_t byte : hash.final()) key += fmt::format("{:02x}", byte);
  return key;
}

}  // namespace

Result<Object> make_object(const schedule::Plan& plan, const Target& target, const std::string& name,
                           const ObjectCache* cache, Counting counting) {
  auto machine = llvm_machine(target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  auto module = module_for(plan, target, name, **machine, context, counting);
  std::string key;
  if (cache) {
    key = key_of(*module, target);
    if (auto found = cache->find(key)) return Object{std::move(*found), true};
  }
  Object object{to_object(*module, **machine), false};
  if (cache) cache->keep(key, object.bytes);
  return object;
}

std::string llvm_text(const schedule::Plan& plan, const Target& target, const std::string& name) {
  auto machine = llvm_machine(target);
  if (!machine) return {};
  llvm::LLVMContext context;
  std::string text;
  llvm::raw_string_ostream stream(text);
  module_for(plan, target, name, **machine, context)->print(stream, nullptr);
  return text;
}

}  // namespace rnnc::backend
