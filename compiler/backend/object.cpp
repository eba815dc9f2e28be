#include "compiler/backend/object.h"

#include <fmt/format.h>
#include <llvm/Bitcode/BitcodeWriter.h>
#include <llvm/Config/llvm-config.h>
#include <llvm/IR/LLVMContext.h>
#include <llvm/IR/Module.h>
#include <llvm/Support/BLAKE3.h>
#include <llvm/Target/TargetMachine.h>

#include <future>
#include <optional>

#include "compiler/backend/llvm_machine.h"
#include "compiler/backend/object_cache.h"
#include "compiler/codegen/generate.h"
#include "compiler/support/check.h"

namespace rnnc::backend {

using support::Result;

namespace {

std::unique_ptr<llvm::Module> module_for(const schedule::Plan& plan, const Target& target,
                                         const std::string& name, llvm::TargetMachine& machine,
                                         llvm::LLVMContext& context, Counting counting = Counting::no,
                                         codegen::Part part = {}) {
  RNNC_CHECK(plan.machine.fma <= target.machine.fma && plan.machine.masks <= target.machine.masks,
             "a plan for another machine");
  codegen::Options options{name,
                           target.cpu,
                           target.features,
                           target.triple,
                           machine.createDataLayout().getStringRepresentation(),
                           counting == Counting::yes,
                           part};
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

Result<Object> make_part(const schedule::Plan& plan, const Target& target, const std::string& name,
                         const ObjectCache* cache, Counting counting, codegen::Part part) {
  auto machine = llvm_machine(target);
  if (!machine) return machine.error();
  llvm::LLVMContext context;
  auto module = module_for(plan, target, name, **machine, context, counting, part);
  std::string key;
  if (cache) {
    key = key_of(*module, target);
    if (auto found = cache->find(key)) return Object{std::move(*found), true};
  }
  Object object{to_object(*module, **machine), false};
  if (cache) cache->keep(key, object.bytes);
  return object;
}

// A plan of fewer stages is made as fast by one thread.
constexpr size_t kFewStages = 12;

}  // namespace

Result<Object> make_object(const schedule::Plan& plan, const Target& target, const std::string& name,
                           const ObjectCache* cache, Counting counting) {
  return make_part(plan, target, name, cache, counting, {});
}

Result<std::vector<Object>> make_objects(const schedule::Plan& plan, const Target& target,
                                         const std::string& name, const ObjectCache* cache,
                                         Counting counting) {
  const int count = plan.stages.size() < kFewStages ? 1 : 2;
  std::vector<std::optional<Result<Object>>> made(static_cast<size_t>(count));
  auto make = [&](int i) {
    made[static_cast<size_t>(i)] = make_part(plan, target, name, cache, counting, {i, count});
  };
  std::vector<std::future<void>> others;
  // Without a thread to be had it runs when it is waited for.
  for (int i = 1; i < count; ++i)
    others.push_back(std::async(std::launch::async | std::launch::deferred, make, i));
  make(0);
  for (std::future<void>& other : others) other.get();
  std::vector<Object> objects;
  for (auto& one : made) {
    if (!*one) return one->error();
    objects.push_back(std::move(**one));
  }
  return objects;
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
